// The bytes inside a journal row; README.md defines them for others to read.
//   varint  base 128, least significant group first, 64 bits, as in protobuf
//   frame   varint length, then that many bytes
// `records` and `facts` are one frame a record, in order.
#ifndef TONGGUAN_GATEWAY_LEDGER_ROWS_H_
#define TONGGUAN_GATEWAY_LEDGER_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tongguan::ledger {

// What the ledger must know of a record to find it again: kept beside the
// record in its row, so that the index is rebuilt without reading records.
struct Fact {
  std::string owner;
  std::string request_id;  // Empty: not idempotent.
  std::string digest;      // Of the request.
  std::string exporter;
  int32_t verdict = 0;
  int32_t headline = 0;
  std::optional<uint64_t> settles;
  uint64_t key = 0;  // RequestKey(owner, request_id); not in the row.
};

// Where a request id stands in the index: the first 8 bytes of SHA-256 over
// owner, NUL and id. Where two ids share a key, the later takes the next free
// one above, so what stands under a key must be compared with its fact.
uint64_t RequestKey(absl::string_view owner, absl::string_view request_id);

void AppendVarint(uint64_t value, std::string* out);
void AppendFrame(absl::string_view bytes, std::string* out);

// Take a varint or a frame off the front; false when there is none.
bool TakeVarint(absl::string_view* in, uint64_t* value);
bool TakeFrame(absl::string_view* in, absl::string_view* frame);

// Appends the fact as one frame; reads such a frame's bytes.
void AppendFact(const Fact& fact, std::string* out);
absl::StatusOr<Fact> ParseFact(absl::string_view bytes);

// The frame at position `n`; DataLoss when the bytes end before it.
absl::StatusOr<absl::string_view> NthFrame(absl::string_view blob, uint64_t n);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_ROWS_H_
