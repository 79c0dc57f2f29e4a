// One column of a file: what was seen in it, and what it is taken for.
#ifndef TONGGUAN_GATEWAY_INSPECT_COLUMN_H_
#define TONGGUAN_GATEWAY_INSPECT_COLUMN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
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

  // What a value is, as Look says, without counting it.
  policy::Hit Find(absl::string_view value, std::string* scratch) const {
    return watch_->Find(value, scratch);
  }

  // Refuses, naming column and the first row, a column `number` (from 1) that
  // by its name identifies people, where detectors know what it should hold and
  // less than the column share of its values is a number of a person: so little
  // tells nobody apart. A declaration of the column settles it.
  absl::Status CheckIdentifier(size_t number) const;

  // What the column is taken for, in a sector of the flow.
  v1::InspectedColumn Conclude(absl::string_view sector) const;

  const std::string& name() const { return name_; }
  int64_t values() const { return values_; }
  bool declared() const { return declared_ != nullptr; }
  // By its name or a declaration.
  bool known() const { return named_ != nullptr || declared(); }

 private:
  struct Seen {
    const v1::Category* category;
    bool inside_text;  // A part of the values, not all of them.
    bool identifier;   // Whole, and of a category that tells people apart.
    int64_t values;
    int64_t first_row;
  };

  // Whether the whole value is an identifier.
  bool Count(const policy::Hit& hit, int64_t row);
  const v1::Category* TakenFor(v1::ColumnBasis* basis) const;
  // Values that do not fit make unknown what would else be no.
  void Doubt(absl::string_view sector, v1::InspectedColumn* column) const;
  void Declare(absl::string_view sector, v1::InspectedColumn* column) const;

  std::string name_;
  const v1::Declaration* declared_;
  const v1::Category* named_;    // By its name; or null.
  const v1::Category* claimed_;  // By its declaration; or null.
  const policy::Watch* watch_;
  bool detected_ = false;  // There are detectors of what its name says.
  int64_t values_ = 0;
  int64_t numbers_ = 0;      // Values that are an identifier, whole.
  int64_t others_ = 0;       // Neither that nor a sign for nothing.
  int64_t first_other_ = 0;  // Row of the first of them.
  std::vector<Seen> seen_;   // One a category, and one for inside texts.
};

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_COLUMN_H_
