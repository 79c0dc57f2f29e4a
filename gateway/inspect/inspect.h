// A local file read once: what each column is, and who is in it. Values stay in
// this process. One thread at a time.
#ifndef TONGGUAN_GATEWAY_INSPECT_INSPECT_H_
#define TONGGUAN_GATEWAY_INSPECT_INSPECT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/inspect/source.h"
#include "gateway/people/gathered.h"
#include "gateway/people/pseudonyms.h"
#include "gateway/policy/taxonomy.h"
#include "proto/tongguan/v1/inspection.pb.h"

namespace tongguan::inspect {

// Distinct people of a file, of each class: what memory is for (gathered.h). A
// gateway takes fewer at a time (limits.staged_people, half of it for one
// exporter, both classes together), and says so.
inline constexpr int64_t kMaxPeople = 10'000'000;

struct Options {
  std::string path;  // ".jsonl" and ".ndjson" are lines of JSON, else CSV.
  Encoding encoding = Encoding::kDetect;
  std::string identifier;  // Name of a column, in the file or as sent; or "".
  std::string sector;      // Of the flow.
  // The first row of a CSV is its header though it has no name that is known.
  bool header = false;
  v1::Declarations declarations;  // Checked (declarations.h).
  // The exporter's key. Without one people are counted under a random key, and
  // the sets mean nothing outside.
  people::Algorithm algorithm = people::Algorithm::kHmacSha256;
  std::string key;
  // Told now and then how far it is; may be empty.
  std::function<void(int64_t bytes, int64_t of)> progress;
};

// What was found. `inspection` has no answer yet.
struct Result {
  v1::Inspection inspection;
  people::Gathered persons{kMaxPeople};
  people::Gathered sensitive{kMaxPeople};
};

// Reads the whole file, as a rule once: again only where the first 10,000 rows
// made it take a column for less sensitive than it is. Errors name row and
// column, never a value: InvalidArgument for the file's content, NotFound,
// ResourceExhausted for too many people, Aborted if the file changes.
absl::StatusOr<std::unique_ptr<Result>> InspectFile(
    const Options& options, const policy::Taxonomy& taxonomy);

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_INSPECT_H_
