// How a journal row keeps its records: packed, because neighbours are much
// alike, the disk is what a commit waits for, and a log is kept for years.
//   packed  the check of what follows (row_check.h); one frame of Zstandard
//           (RFC 8878) that says how long its content is
// The check finds what happens to bytes by accident: one content can be packed
// in many ways, so a flipped bit might leave it as it is. What a record says is
// held by the tree alone.
#ifndef TONGGUAN_GATEWAY_LEDGER_PACKED_H_
#define TONGGUAN_GATEWAY_LEDGER_PACKED_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct ZSTD_CCtx_s;

namespace tongguan::ledger {

// No more is unpacked, whatever a file says, nor packed: a row has 4 MiB of
// records and the one that goes beyond, of a flow of 64 MiB at most.
inline constexpr size_t kMostUnpacked = 128 << 20;

// Keeps what packing needs between one row and the next. Not thread-safe.
class Packer {
 public:
  Packer();
  // What it returns lives until the next call. InvalidArgument beyond
  // kMostUnpacked.
  absl::StatusOr<absl::string_view> Pack(absl::string_view bytes);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string packed_;
};

// DataLoss for anything but one such frame behind its check.
absl::StatusOr<std::string> Unpack(absl::string_view packed);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_PACKED_H_
