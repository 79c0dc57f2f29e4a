// C2SP tlog-checkpoint: a log's head at one size, as the text of a note.
#ifndef TONGGUAN_GATEWAY_JOURNAL_CHECKPOINT_H_
#define TONGGUAN_GATEWAY_JOURNAL_CHECKPOINT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/journal/hash.h"
#include "gateway/journal/note.h"

namespace tongguan::journal {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;  // Records.
  Hash root = {};     // Over all of them.
};

// The text that is signed: origin, size, root in base64, each with a newline.
std::string FormatCheckpoint(const Checkpoint& checkpoint);

// InvalidArgument for any other text; lines after the third are refused, since
// nothing of ours says what they mean.
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text);

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_CHECKPOINT_H_
