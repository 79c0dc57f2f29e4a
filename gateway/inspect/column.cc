#include "gateway/inspect/column.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/inspect/identifying.h"
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
  detected_ = named_ != nullptr && TellsApart(*named_) &&
              HasDetector(taxonomy, named_->id());
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
      first_other_, number, "wrong.file_few_numbers",
      {name_, absl::StrCat(numbers_), absl::StrCat(numbers_ + others_)});
}

bool Column::Count(const policy::Hit& hit, int64_t row) {
  auto seen = std::find_if(seen_.begin(), seen_.end(), [&hit](const Seen& one) {
    return one.category == hit.category && one.inside_text == hit.inside_text;
  });
  if (seen == seen_.end()) {
    const bool identifier = !hit.inside_text && TellsApart(*hit.category);
    seen = seen_.insert(seen_.end(),
                        {hit.category, hit.inside_text, identifier, 0, row});
  }
  ++seen->values;
  return seen->identifier;
}

const v1::Category* Column::TakenFor(v1::ColumnBasis* basis) const {
  for (const Seen& seen : seen_) {
    const bool most = static_cast<double>(seen.values) >=
                      kColumnShare * static_cast<double>(values_);
    if (most && !seen.inside_text && RankOf(seen.category) >= RankOf(named_)) {
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

}  // namespace tongguan::inspect
