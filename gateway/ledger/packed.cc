#include "gateway/ledger/packed.h"

#include <zstd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/ledger/row_check.h"

namespace tongguan::ledger {
namespace {

// The quickest but for those that give up a third of the gain.
constexpr int kLevel = 1;

// The frame, from its first byte to its last: Zstandard would pass over what
// can be skipped, and go on with a next one.
bool IsOneFrame(absl::string_view frame) {
  constexpr absl::string_view kMagic("\x28\xB5\x2F\xFD", 4);
  return absl::StartsWith(frame, kMagic) &&
         ZSTD_findFrameCompressedSize(frame.data(), frame.size()) ==
             frame.size();
}

absl::Status Damaged() {
  return absl::DataLossError("ledger: records are not packed as they were");
}

}  // namespace

void Packer::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

Packer::Packer() : context_(ZSTD_createCCtx()) {}

absl::StatusOr<absl::string_view> Packer::Pack(absl::string_view bytes) {
  if (bytes.size() > kMostUnpacked) {
    return absl::InvalidArgumentError(
        absl::StrCat("a commit of ", bytes.size(), " bytes: at most ",
                     kMostUnpacked, " are kept in one row"));
  }
  const size_t most = kCheckBytes + ZSTD_compressBound(bytes.size());
  if (packed_.size() < most) packed_.resize(most);
  const size_t size = ZSTD_compressCCtx(context_.get(), &packed_[kCheckBytes],
                                        packed_.size() - kCheckBytes,
                                        bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0) {
    return absl::InternalError(
        absl::StrCat("a commit cannot be packed: ", ZSTD_getErrorName(size)));
  }
  const absl::string_view packed(packed_.data(), kCheckBytes + size);
  packed_.replace(0, kCheckBytes, CheckOf("", packed.substr(kCheckBytes)));
  return packed;
}

absl::StatusOr<std::string> Unpack(absl::string_view packed) {
  const std::optional<absl::string_view> frame = Checked("", packed);
  if (!frame || !IsOneFrame(*frame)) return Damaged();
  const uint64_t size = ZSTD_getFrameContentSize(frame->data(), frame->size());
  // Errors are the greatest numbers.
  if (size > kMostUnpacked) return Damaged();
  std::string bytes(size, '\0');
  const size_t unpacked =
      ZSTD_decompress(&bytes[0], bytes.size(), frame->data(), frame->size());
  if (ZSTD_isError(unpacked) != 0 || unpacked != size) return Damaged();
  return bytes;
}

}  // namespace tongguan::ledger
