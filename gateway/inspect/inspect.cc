#include "gateway/inspect/inspect.h"

#include <openssl/rand.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "gateway/base/status_macros.h"
#include "gateway/inspect/column.h"
#include "gateway/inspect/identifying.h"
#include "gateway/inspect/plan.h"
#include "gateway/inspect/records.h"
#include "gateway/inspect/several.h"
#include "gateway/people/identifiers.h"
#include "gateway/policy/detectors.h"
#include "gateway/text/refusal.h"

namespace tongguan::inspect {
namespace {

constexpr int64_t kSampleRows = 10'000;
constexpr int64_t kAllRows = std::numeric_limits<int64_t>::max();
constexpr int64_t kProgressRows = 65'536;  // Some 8 MB apart.
// The sample, the whole, and once more where the sample misled; the last does
// not differ from the one before unless the file does.
constexpr int kMostPasses = 3;

bool IsPersonal(const v1::Category& category) {
  return category.data_class() == v1::DATA_CLASS_PERSONAL ||
         category.data_class() == v1::DATA_CLASS_SENSITIVE;
}

absl::Status TooManyPeople() {
  return text::Refuse(absl::StatusCode::kResourceExhausted, "",
                      "wrong.file_people", {text::FormatCount(kMaxPeople)});
}

absl::StatusOr<people::PseudonymKey> MakeKey(const Options& options) {
  std::string key = options.key;
  if (key.empty()) {
    key.resize(people::kKeySize);
    if (RAND_bytes(reinterpret_cast<uint8_t*>(key.data()),
                   static_cast<int>(key.size())) != 1) {
      return absl::InternalError("OpenSSL gives no random bytes");
    }
  }
  return people::PseudonymKey::Create(options.algorithm, key);
}

bool IsJsonLines(absl::string_view path) {
  return absl::EndsWithIgnoreCase(path, ".jsonl") ||
         absl::EndsWithIgnoreCase(path, ".ndjson");
}

// Whether detectors take a value as it stands: they look for numbers without
// gaps and hyphens too, which may well part two.
bool IsAsWritten(absl::string_view value) {
  return !absl::StrContains(value, ' ') &&
         (absl::StrContains(value, '@') || !absl::StrContains(value, '-'));
}

// One pass over the file.
class Pass {
 public:
  Pass(const Options& options, const policy::Taxonomy& taxonomy,
       people::PseudonymKey* key, const Plan& plan)
      : options_(options),
        taxonomy_(taxonomy),
        key_(key),
        plan_(plan),
        numbered_(HasDetector(taxonomy, plan.category)),
        result_(std::make_unique<Result>()) {
    for (const size_t column : plan.identifiers) {
      identifies_.resize(column + 1);
      identifies_[column] = true;
    }
  }

  // Reads at most `rows` rows, and counts people if the plan has an identifier.
  absl::Status Run(int64_t rows);

  Columns Conclude() const;
  // Whether the people were counted as `plan` would have them.
  bool CountedAs(const Plan& plan) const;
  absl::Status CheckIdentifiers() const;
  absl::Status Fill(const Columns& columns);
  std::unique_ptr<Result> TakeResult() { return std::move(result_); }

 private:
  absl::Status Open();
  absl::Status AddColumns();
  absl::Status CheckHeader() const;
  absl::Status CheckName(const std::string& name, size_t number);
  absl::Status Look(const Record& record);
  absl::Status CountPeople(const Record& record, bool ordinary, bool sensitive);
  bool IsMereWord(const Cell& cell) const;
  Several SeveralIn(const Cell& cell, const policy::Hit& hit);
  absl::Status CheckOnePerson(const Cell& cell, const policy::Hit& hit,
                              int64_t row);
  absl::Status CountPerson(bool ordinary, bool sensitive);
  bool Identifies(size_t column) const {
    return column < identifies_.size() && identifies_[column];
  }

  const Options& options_;
  const policy::Taxonomy& taxonomy_;
  people::PseudonymKey* const key_;
  const Plan& plan_;
  std::vector<bool> identifies_;  // By column.
  const bool numbered_;           // Detectors know what identifies.
  std::unique_ptr<Source> source_;
  std::unique_ptr<Records> records_;
  std::vector<Column> columns_;
  std::unique_ptr<Result> result_;
  int64_t rows_ = 0;
  bool all_identified_ = true;     // Every row with a value had an identifier.
  std::vector<policy::Hit> hits_;  // By cell of the record.
  std::string scratch_;
  std::string form_;
};

absl::Status Pass::Open() {
  TG_ASSIGN_OR_RETURN(source_, Source::Open(options_.path, options_.encoding));
  if (IsJsonLines(options_.path)) {
    records_ = ReadJsonLines(source_.get());
  } else {
    TG_ASSIGN_OR_RETURN(records_, ReadCsv(source_.get()));
  }
  TG_RETURN_IF_ERROR(AddColumns());
  return IsJsonLines(options_.path) ? absl::OkStatus() : CheckHeader();
}

// Names are sent, and no detector knows a value without form, such as a
// person's name: a first row without any known name may be data.
absl::Status Pass::CheckHeader() const {
  const bool looks_like_one =
      std::any_of(columns_.begin(), columns_.end(), [this](const Column& one) {
        return one.known() || one.name() == options_.identifier;
      });
  if (options_.header || looks_like_one) return absl::OkStatus();
  return RefuseAt(1, "wrong.file_no_header");
}

// A name is sent, so it must not be a value: of a file without a header the
// first row is one.
absl::Status Pass::CheckName(const std::string& name, size_t number) {
  const policy::Hit hit =
      taxonomy_.detectors().For(nullptr).Find(name, &scratch_);
  if (hit.category == nullptr) return absl::OkStatus();
  return RefuseAt(1, number, "wrong.file_name_is_value", {hit.category->id()});
}

absl::Status Pass::AddColumns() {
  const std::vector<std::string>& names = records_->columns();
  for (size_t i = columns_.size(); i < names.size(); ++i) {
    TG_RETURN_IF_ERROR(CheckName(names[i], i + 1));
    const auto& all = options_.declarations.declarations();
    const auto declared = std::find_if(
        all.begin(), all.end(),
        [&](const v1::Declaration& one) { return one.column() == names[i]; });
    columns_.emplace_back(names[i], taxonomy_,
                          declared == all.end() ? nullptr : &*declared);
  }
  return absl::OkStatus();
}

// The identifier in form_.
absl::Status Pass::CountPerson(bool ordinary, bool sensitive) {
  people::Pseudonym pseudonym;
  if (!key_->Make(form_, &pseudonym)) {
    return absl::InternalError("OpenSSL makes no HMAC");
  }
  const bool fits = (!ordinary || result_->persons.Add(pseudonym)) &&
                    (!sensitive || result_->sensitive.Add(pseudonym));
  return fits ? absl::OkStatus() : TooManyPeople();
}

// Whether a value, in form_ as well, only says why there is no number: those
// that detectors know have a digit, or an '@'.
bool Pass::IsMereWord(const Cell& cell) const {
  return numbered_ && !columns_[cell.column].declared() &&
         std::none_of(form_.begin(), form_.end(), [](char c) {
           return absl::ascii_isdigit(c) || c == '@';
         });
}

// Whether a value, in form_ as well, is more than one person's identifier or
// has words about it: it would count as one, and as nobody whom another system
// knows.
Several Pass::SeveralIn(const Cell& cell, const policy::Hit& hit) {
  const auto is_own = [this](const policy::Hit& one) {
    return one.category != nullptr && one.category->id() == plan_.category;
  };
  const bool own = is_own(hit);
  const bool whole = hit.category != nullptr && !hit.inside_text;
  if (own && whole && plan_.kind != people::IdentifierKind::kOther) {
    return Several::kNo;
  }
  const bool apart =
      hit.inside_text &&
      (own || (IsPersonal(*hit.category) && !IsOneWord(cell.value)));
  // "0086 138 0013 8000" is whole without its gaps; in "+49 151 1234 5678"
  // there is no number then but its own.
  if (apart) {
    const policy::Hit form = columns_[cell.column].Find(form_, &scratch_);
    const bool one = form.category != nullptr && !form.inside_text &&
                     (is_own(form) || TellsApart(*form.category));
    const bool foreign = form.category == nullptr &&
                         plan_.kind == people::IdentifierKind::kPhone &&
                         IsForeignTelephone(form_);
    if (!foreign) return one ? Several::kNo : Several::kYes;
  }
  people::NormalizeIdentifier(people::IdentifierKind::kOther, cell.value,
                              &scratch_);
  if (whole && TellsApart(*hit.category) && IsAsWritten(scratch_)) {
    return Several::kNo;
  }
  return HoldsSeveral(plan_.kind, plan_.most_letters, scratch_);
}

absl::Status Pass::CheckOnePerson(const Cell& cell, const policy::Hit& hit,
                                  int64_t row) {
  const Column& column = columns_[cell.column];
  const Several several = SeveralIn(cell, hit);
  if (several == Several::kNo ||
      (several == Several::kPerhaps && column.declared())) {
    return absl::OkStatus();
  }
  return RefuseAt(row, cell.column + 1,
                  several == Several::kYes ? "wrong.file_several"
                                           : "wrong.file_perhaps_several",
                  {column.name()});
}

// Everybody whom the record names: by several values, or by several columns, of
// which some may be empty but not all.
absl::Status Pass::CountPeople(const Record& record, bool ordinary,
                               bool sensitive) {
  bool anybody = false;
  for (size_t i = 0; i < record.cells.size(); ++i) {
    const Cell& cell = record.cells[i];
    if (!Identifies(cell.column)) continue;
    people::NormalizeIdentifier(plan_.kind, cell.value, &form_);
    if (IsSpoiled(form_)) {
      return RefuseAt(record.row, cell.column + 1, "wrong.file_spoiled");
    }
    if (StandsForNobody(form_) || IsMereWord(cell)) continue;
    TG_RETURN_IF_ERROR(CheckOnePerson(cell, hits_[i], record.row));
    anybody = true;
    TG_RETURN_IF_ERROR(CountPerson(ordinary, sensitive));
  }
  if (anybody) return absl::OkStatus();
  const size_t first = plan_.identifiers.front();
  return RefuseAt(record.row, first + 1, "wrong.file_nobody",
                  {columns_[first].name()});
}

absl::Status Pass::Look(const Record& record) {
  bool ordinary = false;
  bool sensitive = false;
  bool identified = false;
  hits_.clear();
  for (const Cell& cell : record.cells) {
    Column& column = columns_[cell.column];
    const policy::Hit hit = column.Look(cell.value, record.row, &scratch_);
    hits_.push_back(hit);
    sensitive |= Flagged(plan_.sensitive, cell.column);
    ordinary |= Flagged(plan_.ordinary, cell.column);
    if (hit.category != nullptr && !column.declared()) {
      const bool grave = policy::IsSensitive(*hit.category, options_.sector);
      sensitive |= grave;
      ordinary |=
          !grave && hit.category->data_class() == v1::DATA_CLASS_PERSONAL;
    }
    identified |= Identifies(cell.column);
  }
  all_identified_ &= identified || record.cells.empty();
  if (plan_.identifiers.empty() || (!ordinary && !sensitive)) {
    return absl::OkStatus();
  }
  return CountPeople(record, ordinary, sensitive);
}

absl::Status Pass::Run(int64_t rows) {
  TG_RETURN_IF_ERROR(Open());
  Record record;
  while (rows_ < rows) {
    TG_ASSIGN_OR_RETURN(const bool any, records_->Next(&record));
    if (!any) break;
    ++rows_;
    if (records_->columns().size() > columns_.size()) {
      TG_RETURN_IF_ERROR(AddColumns());
    }
    TG_RETURN_IF_ERROR(Look(record));
    if (options_.progress && rows == kAllRows && rows_ % kProgressRows == 0) {
      options_.progress(source_->bytes_read(), source_->bytes());
    }
  }
  if (rows_ == 0) {
    return RefuseAt(1, "wrong.file_no_rows");
  }
  return source_->CheckUnchanged();
}

Columns Pass::Conclude() const {
  Columns concluded;
  for (const Column& column : columns_) {
    concluded.push_back(column.Conclude(options_.sector));
    concluded.back().set_number(static_cast<int>(concluded.size()));
  }
  return concluded;
}

bool Pass::CountedAs(const Plan& plan) const {
  if (plan.identifiers != plan_.identifiers ||
      plan.category != plan_.category ||
      !SameFlags(plan.sensitive, plan_.sensitive)) {
    return false;
  }
  // Where the identifiers themselves are ordinary personal information and no
  // row lacks one, the other columns say nothing more of who has such.
  const bool by_identifier =
      !plan.identifiers.empty() && all_identified_ &&
      std::all_of(plan.identifiers.begin(), plan.identifiers.end(),
                  [&](size_t column) {
                    return Flagged(plan.ordinary, column) &&
                           Flagged(plan_.ordinary, column);
                  });
  return by_identifier || SameFlags(plan.ordinary, plan_.ordinary);
}

absl::Status Pass::CheckIdentifiers() const {
  for (const size_t column : plan_.identifiers) {
    TG_RETURN_IF_ERROR(columns_[column].CheckIdentifier(column + 1));
  }
  return absl::OkStatus();
}

absl::Status Pass::Fill(const Columns& columns) {
  v1::Inspection& inspection = result_->inspection;
  const absl::string_view encoding = EncodingName(source_->encoding());
  inspection.set_encoding(std::string(encoding));
  inspection.set_bytes(source_->bytes());
  inspection.set_rows(rows_);
  const auto persons = result_->persons.Set();
  const auto sensitive = result_->sensitive.Set();
  if (!persons.ok() || !sensitive.ok()) return TooManyPeople();
  inspection.set_persons(people::CountOf(*persons));
  inspection.set_sensitive_persons(people::CountOf(*sensitive));
  for (const v1::InspectedColumn& column : columns) {
    *inspection.add_columns() = column;
    inspection.mutable_columns()->rbegin()->set_identifier(
        Identifies(static_cast<size_t>(column.number() - 1)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Result>> InspectFile(
    const Options& options, const policy::Taxonomy& taxonomy) {
  TG_ASSIGN_OR_RETURN(people::PseudonymKey key, MakeKey(options));
  Plan plan;
  int64_t rows = kSampleRows;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    Pass reading(options, taxonomy, &key, plan);
    TG_RETURN_IF_ERROR(reading.Run(rows));
    const Columns columns = reading.Conclude();
    TG_ASSIGN_OR_RETURN(const Plan next, MakePlan(columns, options.identifier));
    if (rows == kAllRows && reading.CountedAs(next)) {
      TG_RETURN_IF_ERROR(CheckDeclared(options.declarations, columns));
      TG_RETURN_IF_ERROR(CheckIdentified(columns, next));
      TG_RETURN_IF_ERROR(reading.CheckIdentifiers());
      TG_RETURN_IF_ERROR(reading.Fill(columns));
      return reading.TakeResult();
    }
    plan = next;
    rows = kAllRows;
  }
  return text::Refuse(absl::StatusCode::kAborted, options.path,
                      "wrong.file_another");
}

}  // namespace tongguan::inspect
