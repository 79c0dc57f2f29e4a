#include "gateway/cli/export_rows.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/service/glossary.h"
#include "gateway/service/reading.h"
#include "gateway/text/explain.h"
#include "gateway/text/sentence.h"
#include "google/protobuf/util/json_util.h"

namespace tongguan::cli {
namespace {

using text::Language;

constexpr const char* kColumns[] = {"log.time",        "log.id",
                                    "log.exporter",    "log.kind",
                                    "csv.verdict",     "csv.rule",
                                    "csv.requirement", "csv.path",
                                    "csv.persons",     "csv.sensitive",
                                    "csv.charged",     "csv.charged_sensitive",
                                    "csv.recipient",   "csv.recipient_name",
                                    "csv.region",      "csv.sector",
                                    "csv.scenario",    "csv.purpose",
                                    "csv.items",       "csv.reason",
                                    "csv.about",       "csv.request",
                                    "csv.by"};

struct RoleName {
  absl::string_view role;
  absl::string_view key;
};
constexpr RoleName kRoles[] = {{"exporter", "role.exporter"},
                               {"regulator", "role.regulator"},
                               {"auditor", "role.auditor"},
                               {"operator", "role.operator"}};

// "+", "-", "=", "@" begin a formula; so do their full-width forms in Chinese
// and Japanese versions.
bool BeginsFormula(absl::string_view text) {
  for (const char* sign :
       {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}) {
    if (absl::StartsWith(text, sign)) return true;
  }
  return false;
}

// What stands in numbers, dates and times beside digits and signs: months and
// halves of the day as English and Chinese versions read them.
bool IsDateWord(absl::string_view word) {
  static constexpr absl::string_view kWords[] = {
      "january", "february",  "march",   "april",    "may",      "june", "july",
      "august",  "september", "october", "november", "december", "jan",  "feb",
      "mar",     "apr",       "jun",     "jul",      "aug",      "sep",  "sept",
      "oct",     "nov",       "dec",     "am",       "pm"};
  return absl::c_any_of(kWords, [word](absl::string_view known) {
    return absl::EqualsIgnoreCase(word, known);
  });
}

// Takes one such word, sign or digit off the front; false for anything else.
bool TakePiece(absl::string_view* text) {
  for (const char* sign : {"年", "月", "日", "号", "时", "分", "秒", "上午",
                           "下午", "¥", "￥", "€", "£"}) {
    if (absl::ConsumePrefix(text, sign)) return true;
  }
  const char first = text->front();
  if (absl::ascii_isdigit(first) || absl::StrContains(".,/:-+ %()$", first)) {
    text->remove_prefix(1);
    return true;
  }
  size_t letters = 0;
  while (letters < text->size() && absl::ascii_isalpha((*text)[letters])) {
    ++letters;
  }
  const bool word = IsDateWord(text->substr(0, letters));
  text->remove_prefix(letters);
  return word;
}

// Digits, and what stands between them in numbers, dates and times; "1E5".
bool ReadsAsNumber(absl::string_view text) {
  const bool digit =
      text.find_first_of("0123456789") != absl::string_view::npos;
  const size_t power = text.find_first_of("eE");
  if (power != absl::string_view::npos && power > 0 &&
      absl::ascii_isdigit(text[power - 1])) {
    return ReadsAsNumber(text.substr(0, power)) &&
           ReadsAsNumber(text.substr(power + 1)) &&
           !absl::StrContains(text.substr(0, power), '-');
  }
  while (!text.empty()) {
    if (!TakePiece(&text)) return false;
  }
  return digit;
}

std::string Line(const std::vector<std::string>& cells) {
  return absl::StrCat(absl::StrJoin(cells, ","), "\r\n");
}

struct Row {
  std::string exporter, kind, verdict, rule, requirement, path;
  // Numbers, ready to be written; empty: none.
  std::string persons, sensitive, charged, charged_sensitive;
  std::string recipient, recipient_name, region, sector, scenario, purpose;
  std::string items, reason, about, request, by;
};

void FillPeople(const v1::People& people, Row* row) {
  const bool counted = people.has_counted();
  if (!counted && !people.has_declared()) return;
  row->persons = absl::StrCat(counted ? people.counted().persons()
                                      : people.declared().persons());
  row->sensitive =
      absl::StrCat(counted ? people.counted().sensitive_persons()
                           : people.declared().sensitive_persons());
}

void FillFlow(const text::Reading& reading, Row* row) {
  const v1::Flow& flow = reading.flow;
  FillPeople(flow.people(), row);
  row->request = flow.request_id();
  row->recipient = flow.recipient().organization_id();
  row->recipient_name = flow.recipient().name();
  if (!flow.recipient().region().empty()) {
    row->region = text::RegionName(reading.language, flow.recipient().region());
  }
  if (!flow.sector().empty()) {
    row->sector = text::NameOf(reading, flow.sector());
  }
  if (!flow.scenario().empty()) {
    row->scenario = text::NameOf(reading, flow.scenario());
  }
  row->purpose = text::PurposeText(reading.language, flow.purpose());
  std::vector<std::string> names;
  for (const v1::DataItem& item : flow.items()) names.push_back(item.name());
  row->items = text::Join(reading.language, names);
}

absl::Status FillVerdict(const v1::VerdictRecord& record, Language language,
                         PolicyParts* policies, Row* row) {
  const v1::Decision& decision = record.decision();
  TG_ASSIGN_OR_RETURN(const auto policy,
                      policies->Get(decision.policy().digest()));
  text::Terms glossary;
  service::FillGlossary(record.flow(), decision, *policy, &glossary);
  const text::Reading reading{language, record.flow(), decision, &glossary};
  row->kind = text::Say(language, "csv.decision");
  row->verdict = text::SayEnum(language, decision.verdict());
  row->rule = text::SayEnum(language, decision.headline());
  row->requirement = text::SayEnum(language, decision.requirement());
  row->path = text::SayEnum(language, decision.required_mechanism());
  row->charged = absl::StrCat(decision.charged_persons());
  row->charged_sensitive = absl::StrCat(decision.charged_sensitive_persons());
  FillFlow(reading, row);
  row->reason = absl::StrJoin(
      text::Reasons(record.flow(), decision, language, &glossary), " ");
  return absl::OkStatus();
}

template <typename Change>
void FillLeft(const Change& change, const std::string& kind, Row* row) {
  row->kind = kind;
  row->about = change.decision_id();
  row->request = change.request_id();
  row->persons = absl::StrCat(change.persons_left());
  row->sensitive = absl::StrCat(change.sensitive_persons_left());
}

void FillOther(const v1::DecisionRecord& record, Language language, Row* row) {
  const auto say = [language](const char* key) {
    return text::Say(language, key);
  };
  if (record.has_settlement()) {
    const v1::SettlementRecord& settled = record.settlement();
    FillLeft(settled, say("log.settlement"), row);
    row->charged = absl::StrCat(-settled.persons_returned());
    row->charged_sensitive =
        absl::StrCat(-settled.sensitive_persons_returned());
  } else if (record.has_correction()) {
    const v1::CorrectionRecord& corrected = record.correction();
    FillLeft(corrected,
             say(corrected.proposal_id().empty() ? "log.proposal"
                                                 : "log.correction"),
             row);
    row->charged = absl::StrCat(corrected.persons_change());
    row->charged_sensitive = absl::StrCat(corrected.sensitive_persons_change());
  } else if (record.has_opening()) {
    const v1::OpeningRecord& opening = record.opening();
    row->kind = say("log.opening");
    row->request = opening.request_id();
    if (opening.has_persons()) row->persons = absl::StrCat(opening.persons());
    if (opening.has_sensitive_persons()) {
      row->sensitive = absl::StrCat(opening.sensitive_persons());
    }
  } else if (record.has_policy_activation()) {
    row->kind = say("log.activation");
  } else if (record.has_key_change()) {
    row->kind = say("log.key_change");
  } else if (record.has_year_end()) {
    row->kind = say("log.year_end");
  } else if (record.has_pruning()) {
    row->kind = say("log.pruning");
  }
}

}  // namespace

std::string CsvText(absl::string_view text) {
  const bool guarded = BeginsFormula(text) || ReadsAsNumber(text);
  const std::string cell =
      absl::StrCat(guarded ? "'" : "", text::Printable(text));
  if (!absl::StrContains(cell, ',') && !absl::StrContains(cell, '"')) {
    return cell;
  }
  return absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
}

std::string ActorText(Language language, const v1::Actor& actor) {
  std::vector<std::string> names;
  for (const std::string& name : {actor.organization(), actor.name()}) {
    if (!name.empty()) names.push_back(text::Printable(name));
  }
  std::string role = text::Printable(actor.role());
  for (const RoleName& known : kRoles) {
    if (actor.role() == known.role) role = text::Say(language, known.key);
  }
  return absl::StrCat(role, " ", absl::StrJoin(names, " / "));
}

std::string CsvHead(Language language) {
  std::vector<std::string> cells;
  for (const char* column : kColumns) {
    cells.push_back(CsvText(text::Say(language, column)));
  }
  return absl::StrCat("\xef\xbb\xbf", Line(cells));
}

absl::StatusOr<std::string> CsvRow(const v1::LogEntry& entry, Language language,
                                   PolicyParts* policies) {
  const v1::DecisionRecord& record = entry.record();
  Row row;
  row.exporter = service::ExporterOf(record);
  row.by = ActorText(language, record.actor());
  if (record.has_verdict()) {
    TG_RETURN_IF_ERROR(FillVerdict(record.verdict(), language, policies, &row));
  } else {
    FillOther(record, language, &row);
  }
  return Line({text::FormatBeijingTime(record.time_micros()),
               CsvText(entry.id()),
               CsvText(row.exporter),
               CsvText(row.kind),
               CsvText(row.verdict),
               CsvText(row.rule),
               CsvText(row.requirement),
               CsvText(row.path),
               row.persons,
               row.sensitive,
               row.charged,
               row.charged_sensitive,
               CsvText(row.recipient),
               CsvText(row.recipient_name),
               CsvText(row.region),
               CsvText(row.sector),
               CsvText(row.scenario),
               CsvText(row.purpose),
               CsvText(row.items),
               CsvText(row.reason),
               CsvText(row.about),
               CsvText(row.request),
               CsvText(row.by)});
}

absl::StatusOr<std::string> JsonLine(const v1::LogEntry& entry) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(entry, &json);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("record ", entry.id(),
                     " cannot be written as JSON: ", status.ToString()));
  }
  return json + "\n";
}

}  // namespace tongguan::cli
