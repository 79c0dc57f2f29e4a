#include "gateway/inspect/column.h"

#include <algorithm>
#include <array>
#include <utility>

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
// one body gives to one person each, then accounts, then what people share or
// change.
constexpr std::array<absl::string_view, 19> kIdentifiers = {
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
    "telephone",
};

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
          &taxonomy.detectors().For(claimed_ == nullptr ? named_ : claimed_)) {}

policy::Hit Column::Look(absl::string_view value, int64_t row,
                         std::string* scratch) {
  ++values_;
  const policy::Hit hit = watch_->Find(value, scratch);
  if (hit.category != nullptr) Count(hit, row);
  return hit;
}

void Column::Count(const policy::Hit& hit, int64_t row) {
  const auto there = std::find_if(
      seen_.begin(), seen_.end(),
      [&hit](const Seen& seen) { return seen.category == hit.category; });
  if (there != seen_.end()) {
    ++there->values;
  } else {
    seen_.push_back({hit.category, 1, row, hit.inside_text});
  }
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

int FindIdentifier(const std::vector<v1::InspectedColumn>& columns) {
  for (const absl::string_view category : kIdentifiers) {
    int best = -1;
    for (size_t i = 0; i < columns.size(); ++i) {
      const bool more =
          columns[i].values() >
          (best < 0 ? 0 : columns[static_cast<size_t>(best)].values());
      if (category == absl::string_view(columns[i].category()) && more) {
        best = static_cast<int>(i);
      }
    }
    if (best >= 0) return best;
  }
  return -1;
}

}  // namespace tongguan::inspect
