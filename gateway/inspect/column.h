// One column of a file: what was seen in it, and what it is taken for.
#ifndef TONGGUAN_GATEWAY_INSPECT_COLUMN_H_
#define TONGGUAN_GATEWAY_INSPECT_COLUMN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/people/identifiers.h"
#include "gateway/policy/detectors.h"
#include "proto/tongguan/v1/inspection.pb.h"

namespace tongguan::inspect {

// A column is what at least this share of its values are: real columns hold
// some rubbish ("unknown", "-", a number in the wrong field), and two kinds of
// values cannot both reach it.
inline constexpr double kColumnShare = 0.8;

class Column {
 public:
  // `declared` may be null and must outlive the column.
  Column(std::string name, const policy::Taxonomy& taxonomy,
         const v1::Declaration* declared);

  // Looks at one value that is not empty.
  policy::Hit Look(absl::string_view value, int64_t row, std::string* scratch);

  // What the column is taken for, in a sector of the flow.
  v1::InspectedColumn Conclude(absl::string_view sector) const;

  const std::string& name() const { return name_; }
  int64_t values() const { return values_; }
  bool declared() const { return declared_ != nullptr; }

 private:
  struct Seen {
    const v1::Category* category;
    int64_t values;
    int64_t first_row;
    bool inside_text;
  };

  void Count(const policy::Hit& hit, int64_t row);
  const v1::Category* TakenFor(v1::ColumnBasis* basis) const;
  // Values that do not fit make unknown what would else be no.
  void Doubt(absl::string_view sector, v1::InspectedColumn* column) const;
  void Declare(absl::string_view sector, v1::InspectedColumn* column) const;

  std::string name_;
  const v1::Declaration* declared_;
  const v1::Category* named_;    // By its name; or null.
  const v1::Category* claimed_;  // By its declaration; or null.
  const policy::Watch* watch_;
  int64_t values_ = 0;
  std::vector<Seen> seen_;  // One a category.
};

// How the values of a category are normalized.
people::IdentifierKind KindOf(absl::string_view category);

// The column that identifies people, as an index; -1: none. Of the categories
// that tell people apart, those first that no two people share; of columns of
// the same, the one with the most values.
int FindIdentifier(const std::vector<v1::InspectedColumn>& columns);

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_COLUMN_H_
