#include "gateway/inspect/column.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/inspect/records.h"

namespace tongguan::inspect {
namespace {

int RankOf(const v1::Category* category) {
  return category == nullptr ? 0 : static_cast<int>(category->data_class());
}

void SetFacts(const v1::Category& category, absl::string_view sector,
              v1::InspectedColumn* column) {
  const bool sensitive = policy::IsSensitive(category, sector);
  const bool personal =
      sensitive || category.data_class() == v1::DATA_CLASS_PERSONAL;
  column->set_personal(personal ? v1::FACT_YES : v1::FACT_NO);
  column->set_sensitive(sensitive ? v1::FACT_YES : v1::FACT_NO);
}

// Categories that tell people apart, the best first: documents and numbers that
// one body gives to one person each, then accounts, then what people change. A
// telephone is not among them: a household or an office has one.
constexpr std::array<absl::string_view, 18> kIdentifiers = {
    "resident_id_number",
    "identity_document_number",
    "passport_number",
    "travel_permit_number",
    "residence_permit_number",
    "social_security_number",
    "medical_insurance_number",
    "personal_tax_number",
    "driving_licence_number",
    "employee_number",
    "trial_subject_number",
    "patient_number",
    "member_number",
    "individual_customer_number",
    "frequent_flyer_number",
    "user_account",
    "mobile",
    "email",
};

bool IsIdentifier(const v1::Category& category) {
  return std::find(kIdentifiers.begin(), kIdentifiers.end(), category.id()) !=
         kIdentifiers.end();
}

// In lower case.
constexpr absl::string_view kNobody[] = {
    "无",     "暂无",   "没有",    "空",   "未知",      "不详",   "未填",
    "未填写", "未提供", "未登记",  "不明", "不适用",    "保密",   "同上",
    "n/a",    "#n/a",   "na",      "nan",  "null",      "(null)", "<null>",
    "none",   "nil",    "unknown", "n.a.", "undefined", "tbd",    "empty",
    "test",   "x",      "xx",      "xxx",  "#ref!",     "#value!"};

// \d(\.\d+)?E\+\d+, in either case.
bool IsScientific(absl::string_view form) {
  const size_t e = form.find_first_of("eE");
  if (e == absl::string_view::npos || e + 2 >= form.size() ||
      form[e + 1] != '+' || !absl::ascii_isdigit(form[0])) {
    return false;
  }
  const auto digits = [](absl::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  };
  const absl::string_view mantissa = form.substr(0, e);
  return digits(form.substr(e + 2)) &&
         (mantissa.size() == 1 ||
          (mantissa[1] == '.' && digits(mantissa.substr(2))));
}

}  // namespace

Column::Column(std::string name, const policy::Taxonomy& taxonomy,
               const v1::Declaration* declared)
    : name_(std::move(name)),
      declared_(declared),
      named_(taxonomy.ClassifyName(name_)),
      claimed_(declared == nullptr
                   ? nullptr
                   : taxonomy.FindCategory(declared->category())),
      watch_(
          &taxonomy.detectors().For(claimed_ == nullptr ? named_ : claimed_)) {
  const auto& detectors = taxonomy.source().detectors();
  detected_ = named_ != nullptr && IsIdentifier(*named_) &&
              std::any_of(detectors.begin(), detectors.end(),
                          [this](const v1::Detector& detector) {
                            return detector.category() == named_->id();
                          });
}

policy::Hit Column::Look(absl::string_view value, int64_t row,
                         std::string* scratch) {
  ++values_;
  const policy::Hit hit = watch_->Find(value, scratch);
  if (hit.category != nullptr && Count(hit, row)) {
    ++numbers_;
  } else if (detected_ && !StandsForNobody(value) && others_++ == 0) {
    first_other_ = row;
  }
  return hit;
}

absl::Status Column::CheckIdentifier(size_t number) const {
  const bool enough = static_cast<double>(numbers_) >=
                      kColumnShare * static_cast<double>(numbers_ + others_);
  if (enough || !detected_ || declared()) return absl::OkStatus();
  return RefuseAt(
      first_other_, number,
      absl::StrCat("no number of a person in \"", name_, "\", and only ",
                   numbers_, " of its ", numbers_ + others_,
                   " values are one. Correct it (a spreadsheet keeps long "
                   "numbers as text), choose another --id-column, or declare "
                   "the column if its values do tell people apart."));
}

bool Column::Count(const policy::Hit& hit, int64_t row) {
  auto seen = std::find_if(seen_.begin(), seen_.end(), [&hit](const Seen& one) {
    return one.category == hit.category;
  });
  if (seen == seen_.end()) {
    seen = seen_.insert(seen_.end(), {hit.category, 0, row, hit.inside_text,
                                      IsIdentifier(*hit.category)});
  }
  ++seen->values;
  return seen->identifier && !hit.inside_text;
}

const v1::Category* Column::TakenFor(v1::ColumnBasis* basis) const {
  for (const Seen& seen : seen_) {
    const bool most = static_cast<double>(seen.values) >=
                      kColumnShare * static_cast<double>(values_);
    if (most && RankOf(seen.category) >= RankOf(named_)) {
      *basis = v1::COLUMN_BASIS_VALUES;
      return seen.category;
    }
  }
  *basis = named_ == nullptr ? v1::COLUMN_BASIS_NOTHING : v1::COLUMN_BASIS_NAME;
  return named_;
}

void Column::Doubt(absl::string_view sector,
                   v1::InspectedColumn* column) const {
  for (const Seen& seen : seen_) {
    const bool sensitive = policy::IsSensitive(*seen.category, sector);
    const bool personal =
        sensitive || seen.category->data_class() == v1::DATA_CLASS_PERSONAL;
    if (personal && column->personal() == v1::FACT_NO) {
      column->set_personal(v1::FACT_UNKNOWN);
    }
    if (sensitive && column->sensitive() == v1::FACT_NO) {
      column->set_sensitive(v1::FACT_UNKNOWN);
    }
  }
}

void Column::Declare(absl::string_view sector,
                     v1::InspectedColumn* column) const {
  if (claimed_ != nullptr) {
    column->set_category(claimed_->id());
    SetFacts(*claimed_, sector, column);
  }
  if (declared_->personal() != v1::FACT_UNSPECIFIED) {
    column->set_personal(declared_->personal());
  }
  if (declared_->sensitive() != v1::FACT_UNSPECIFIED) {
    column->set_sensitive(declared_->sensitive());
  }
  // Not personal is not sensitive; sensitive is personal.
  if (declared_->personal() == v1::FACT_NO &&
      declared_->sensitive() == v1::FACT_UNSPECIFIED) {
    column->set_sensitive(v1::FACT_NO);
  }
  if (declared_->sensitive() == v1::FACT_YES) {
    column->set_personal(v1::FACT_YES);
  }
  column->set_basis(v1::COLUMN_BASIS_DECLARED);
  column->set_override_reason(declared_->reason());
}

v1::InspectedColumn Column::Conclude(absl::string_view sector) const {
  v1::InspectedColumn column;
  column.set_name(name_);
  column.set_values(values_);
  std::vector<Seen> seen = seen_;
  std::stable_sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    return a.values > b.values;
  });
  for (const Seen& each : seen) {
    v1::ValueHits* hits = column.add_hits();
    hits->set_category(each.category->id());
    hits->set_values(each.values);
    hits->set_first_row(each.first_row);
    hits->set_inside_text(each.inside_text);
  }
  v1::ColumnBasis basis;
  const v1::Category* taken = TakenFor(&basis);
  column.set_basis(basis);
  if (taken == nullptr) {
    column.set_personal(v1::FACT_UNKNOWN);
    column.set_sensitive(v1::FACT_UNKNOWN);
  } else {
    column.set_category(taken->id());
    SetFacts(*taken, sector, &column);
    Doubt(sector, &column);
  }
  if (declared_ != nullptr) Declare(sector, &column);
  return column;
}

people::IdentifierKind KindOf(absl::string_view category) {
  if (category == "mobile" || category == "telephone") {
    return people::IdentifierKind::kPhone;
  }
  if (category == "bank_account") return people::IdentifierKind::kCard;
  constexpr absl::string_view kDocuments[] = {
      "resident_id_number",      "identity_document_number",
      "passport_number",         "travel_permit_number",
      "residence_permit_number", "driving_licence_number"};
  return std::find(std::begin(kDocuments), std::end(kDocuments), category) !=
                 std::end(kDocuments)
             ? people::IdentifierKind::kDocument
             : people::IdentifierKind::kOther;
}

bool StandsForNobody(absl::string_view form) {
  constexpr size_t kLongest = 9;  // Of kNobody, in bytes.
  const bool nothing = std::none_of(form.begin(), form.end(), [](char c) {
    return (absl::ascii_isalnum(c) && c != '0') ||
           static_cast<uint8_t>(c) >= 0x80;
  });
  if (nothing || form.size() > kLongest) return nothing;
  const std::string lower = absl::AsciiStrToLower(form);
  return std::find(std::begin(kNobody), std::end(kNobody),
                   absl::string_view(lower)) != std::end(kNobody);
}

bool IsSpoiled(absl::string_view form) {
  return absl::StrContains(form, "**") || IsScientific(form);
}

std::vector<size_t> FindIdentifiers(
    const std::vector<v1::InspectedColumn>& columns) {
  std::vector<size_t> found;
  for (const absl::string_view category : kIdentifiers) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (category == absl::string_view(columns[i].category()) &&
          columns[i].values() > 0) {
        found.push_back(i);
      }
    }
    if (!found.empty()) return found;
  }
  return found;
}

}  // namespace tongguan::inspect
