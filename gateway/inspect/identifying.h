// Which columns identify people, and whether a value there stands for somebody
// (for one: several.h).
#ifndef TONGGUAN_GATEWAY_INSPECT_IDENTIFYING_H_
#define TONGGUAN_GATEWAY_INSPECT_IDENTIFYING_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/people/identifiers.h"
#include "gateway/policy/taxonomy.h"
#include "proto/tongguan/v1/inspection.pb.h"
#include "proto/tongguan/v1/taxonomy.pb.h"

namespace tongguan::inspect {

// Whether the values of a category tell people apart.
bool TellsApart(const v1::Category& category);

// Whether detectors know values of a category.
bool HasDetector(const policy::Taxonomy& taxonomy, absl::string_view category);

// How the values of a category are normalized.
people::IdentifierKind KindOf(absl::string_view category);

// Letters and digits that one value of a category has at most, whoever gave it:
// of documents and cards; telephones and others go by their form.
size_t MostLettersOf(absl::string_view category);

// Whether what stands for an identifier, normalized, is a word or sign for
// nothing, or zeros: nobody.
bool StandsForNobody(absl::string_view form);

// Whether it is somebody's, but no longer tells whose: cut short by a
// spreadsheet (1.10101E+17) or masked (138****5678).
bool IsSpoiled(absl::string_view form);

// The columns that identify people, as indices, ascending; none: empty. Those
// of one category, the first of those that tell people apart of which a column
// has values: beginning with what no two people share, without what they do.
std::vector<size_t> FindIdentifiers(
    const std::vector<v1::InspectedColumn>& columns);

// Whether a value that is not empty is a letter and then letters, digits and
// '_', as names of accounts are: such a one may have a telephone number inside
// and is one identifier all the same.
bool IsOneWord(absl::string_view value);

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_IDENTIFYING_H_
