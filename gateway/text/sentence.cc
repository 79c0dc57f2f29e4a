#include "gateway/text/sentence.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/beijing.h"
#include "proto/tongguan/v1/registry.pb.h"

namespace tongguan::text {
namespace {

constexpr int kNamesShown = 5;

// An operand as its reason means it (decision.proto): a date, a code, a number.
std::string Operand(Language language, v1::Reason reason, int64_t value) {
  switch (reason) {
    case v1::REASON_FILING_NOT_YET_EFFECTIVE:
    case v1::REASON_FILING_EXPIRED:
    case v1::REASON_FILING_WINDOW_PASSED:
      return FormatDayNumber(value);
    case v1::REASON_FILING_STATUS:
      return SayEnum(language, static_cast<v1::FilingStatus>(value));
    case v1::REASON_LICENCE_MISSING:
      return SayEnum(language, static_cast<v1::SpecialRegime>(value));
    case v1::REASON_DUTIES_MISSING:
      return SayEnum(language, static_cast<v1::Missing>(value));
    default:
      return FormatCount(value);
  }
}

template <typename Operands>
Args OperandArgs(Language language, v1::Reason reason,
                 const Operands& operands) {
  std::vector<std::string> values;
  for (const int64_t operand : operands) {
    values.push_back(Operand(language, reason, operand));
  }
  // Codes of duties and regimes may be several: one list.
  if (reason == v1::REASON_DUTIES_MISSING ||
      reason == v1::REASON_LICENCE_MISSING) {
    if (values.empty()) return {};
    return {{"0", Join(language, values)}};
  }
  Args args;
  if (!values.empty()) args.push_back({"0", values[0]});
  if (values.size() > 1) args.push_back({"1", values[1]});
  return args;
}

// The step that gave this reason, preferably about the same reference.
const v1::TraceStep* FindStep(const v1::Decision& decision, v1::Reason reason,
                              const std::string& reference) {
  const v1::TraceStep* found = nullptr;
  for (const v1::TraceStep& step : decision.trace()) {
    if (step.reason() != reason) continue;
    if (step.reference() == reference) return &step;
    if (found == nullptr) found = &step;
  }
  return found;
}

template <typename Operands>
std::string Sentence(const Reading& reading, v1::Reason reason,
                     const Operands& operands, const ItemIndexes& items,
                     const std::string& reference) {
  Args args = OperandArgs(reading.language, reason, operands);
  args.push_back({"items", ItemNames(reading, items)});
  if (!reference.empty()) {
    args.push_back({"reference", NameOf(reading, reference)});
  } else if (reason == v1::REASON_DECLARATION_DOUBTED) {
    args.push_back(
        {"reference", Say(reading.language, "reason.de_identified")});
  }
  return SayEnum(reading.language, reason, args);
}

bool IsPersonal(const v1::DataItem& item) {
  return item.personal() == v1::FACT_YES || item.sensitive() == v1::FACT_YES;
}

// The legal nature of an item as it was declared.
std::string Nature(Language language, const v1::DataItem& item) {
  if (item.important() == v1::IMPORTANT_DATA_NOTIFIED ||
      item.important() == v1::IMPORTANT_DATA_PUBLISHED) {
    return SayEnum(language, item.important());
  }
  if (item.transform() == v1::TRANSFORM_ANONYMISED) {
    return SayEnum(language, item.transform());
  }
  if (item.sensitive() == v1::FACT_YES) {
    return Say(language, "DATA_CLASS_SENSITIVE");
  }
  if (item.personal() == v1::FACT_UNKNOWN ||
      item.important() == v1::IMPORTANT_DATA_UNKNOWN ||
      (IsPersonal(item) && item.sensitive() == v1::FACT_UNKNOWN)) {
    return Say(language, "explain.item_unknown");
  }
  return Say(language,
             IsPersonal(item) ? "DATA_CLASS_PERSONAL" : "DATA_CLASS_GENERAL");
}

}  // namespace

const v1::Term* FindTerm(const Reading& reading, absl::string_view id) {
  if (reading.glossary == nullptr) return nullptr;
  for (const v1::Term& term : *reading.glossary) {
    if (term.id() == id) return &term;
  }
  return nullptr;
}

std::string NameOf(const Reading& reading, const std::string& id) {
  const size_t row = id.find('#');
  const v1::Term* term = FindTerm(reading, id.substr(0, row));
  if (term == nullptr) return Printable(id);
  const std::string& name = reading.language == Language::kChinese
                                ? term->name_zh()
                                : term->name_en();
  if (name.empty()) return Printable(id);
  return Printable(row == std::string::npos
                       ? name
                       : absl::StrCat(name, " ", id.substr(row)));
}

std::string ItemNames(const Reading& reading, const ItemIndexes& items) {
  if (items.empty()) return Say(reading.language, "ui.all_items");
  std::vector<std::string> names;
  for (const uint32_t index : items) {
    if (names.size() == kNamesShown) break;
    const bool known = index < static_cast<uint32_t>(reading.flow.items_size());
    names.push_back(known ? reading.flow.items(index).name()
                          : absl::StrCat("#", index));
  }
  const std::string joined = Join(reading.language, names);
  if (items.size() <= kNamesShown) return joined;
  return Say(reading.language, "ui.items_more",
             {{"0", joined}, {"1", FormatCount(items.size())}});
}

std::string StepSentence(const Reading& reading, const v1::TraceStep& step) {
  return Sentence(reading, step.reason(), step.operands(), step.items(),
                  step.reference());
}

std::string ReasonSentence(const Reading& reading, v1::Reason reason,
                           const ItemIndexes& items,
                           const std::string& reference) {
  if (reason == v1::REASON_UNSPECIFIED || reason == v1::REASON_MET) return "";
  static const auto* const kNone = new v1::TraceStep();
  const v1::TraceStep* step = FindStep(reading.decision, reason, reference);
  if (step == nullptr) step = kNone;
  return Sentence(reading, reason, step->operands(), items,
                  reference.empty() ? step->reference() : reference);
}

int32_t YearOf(const v1::Decision& decision) {
  if (decision.weighed_year() != 0) return decision.weighed_year();
  return BeijingYear(absl::FromUnixMicros(decision.decided_at_micros()));
}

std::string MissingSentence(const Reading& reading,
                            const v1::MissingEntry& entry) {
  const std::string year = absl::StrCat(YearOf(reading.decision));
  std::string what = SayEnum(reading.language, entry.what(), {{"0", year}});
  if (!entry.items().empty()) {
    what += Say(reading.language, "ui.parenthesis",
                {{"0", ItemNames(reading, entry.items())}});
  }
  std::string result =
      Say(reading.language, "ui.colon",
          {{"0", what},
           {"1", Say(reading.language,
                     absl::StrCat(v1::Missing_Name(entry.what()), ".mend"),
                     {{"0", year}})}});
  const std::string why =
      ReasonSentence(reading, entry.reason(), entry.items(), entry.reference());
  if (!why.empty()) {
    absl::StrAppend(&result, Say(reading.language, "ui.because", {{"0", why}}));
  }
  return result;
}

std::string ChangeSentence(const Reading& reading, const v1::Change& change) {
  Args args = {{"items", ItemNames(reading, change.items())}};
  if (!change.reference().empty()) {
    args.push_back({"reference", NameOf(reading, change.reference())});
  }
  if (change.kind() == v1::CHANGE_KIND_KEEP_DUTIES) {
    std::vector<std::string> duties;
    for (const int duty : change.duties()) {
      duties.push_back(
          SayEnum(reading.language, static_cast<v1::Missing>(duty)));
    }
    args.push_back({"0", Join(reading.language, duties)});
  } else {
    args.push_back({"0", FormatCount(change.persons())});
    args.push_back({"1", FormatCount(change.sensitive_persons())});
  }
  return SayEnum(reading.language, change.kind(), args);
}

std::string ObligationSentence(const Reading& reading,
                               const v1::Obligation& obligation) {
  const v1::Term* term = FindTerm(reading, obligation.reference());
  const bool date = obligation.kind() == v1::OBLIGATION_KIND_FILE_CONTRACT_BY;
  Args args = {{"0", date ? FormatDayNumber(obligation.operand())
                          : FormatCount(obligation.operand())}};
  if (!obligation.reference().empty()) {
    args.push_back({"reference", NameOf(reading, obligation.reference())});
  }
  std::string sentence = SayEnum(reading.language, obligation.kind(), args);
  if (term != nullptr && !term->body().empty() &&
      obligation.kind() == v1::OBLIGATION_KIND_REPORT_TO_LIST_CENTRE) {
    absl::StrAppend(&sentence,
                    Say(reading.language, "ui.centre", {{"0", term->body()}}));
  }
  return sentence;
}

std::string LaneSentence(const Reading& reading) {
  const v1::Decision& decision = reading.decision;
  std::string lane = SayEnum(reading.language, decision.lane());
  if (decision.lane_reference().empty()) return lane;
  absl::StrAppend(&lane, " ", Printable(decision.lane_reference()));
  const v1::Term* term = FindTerm(reading, decision.lane_reference());
  if (term == nullptr || term->body().empty()) return lane;
  return absl::StrCat(lane, Say(reading.language, "ui.granted_by",
                                {{"0", term->body()}, {"1", term->contact()}}));
}

std::string TakenAs(const Reading& reading, const v1::ItemVerdict& verdict) {
  if (verdict.item() >= static_cast<uint32_t>(reading.flow.items_size())) {
    return "—";
  }
  const v1::DataItem& item = reading.flow.items(verdict.item());
  const std::string nature = verdict.reason() == v1::REASON_DECLARATION_DOUBTED
                                 ? Say(reading.language, "explain.item_doubted")
                                 : Nature(reading.language, item);
  if (item.category().empty()) return nature;
  return absl::StrCat(nature, " · ", NameOf(reading, item.category()));
}

std::string PurposeText(Language language, const v1::Purpose& purpose) {
  switch (purpose.kind_case()) {
    case v1::Purpose::kContractNecessity:
      return Say(language, "purpose.contract_necessity",
                 {{"0", purpose.contract_necessity().activity()}});
    case v1::Purpose::kHumanResources:
      return Say(language, "purpose.human_resources");
    case v1::Purpose::kRecruitment:
      return Say(language, "purpose.recruitment");
    case v1::Purpose::kEmergency:
      return Say(language, "purpose.emergency");
    case v1::Purpose::kStatutoryDuty:
      return Say(language, "purpose.statutory_duty");
    case v1::Purpose::kForeignAuthorityRequest:
      return Say(language, "purpose.foreign_authority_request");
    case v1::Purpose::kGeneral:
      return SayEnum(language, purpose.general());
    case v1::Purpose::KIND_NOT_SET:
      break;
  }
  return Say(language, "ui.unspecified");
}

}  // namespace tongguan::text
