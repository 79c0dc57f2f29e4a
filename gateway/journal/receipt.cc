#include "gateway/journal/receipt.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/journal/checkpoint.h"

namespace tongguan::journal {
namespace {

constexpr char kTitle[] = "c2sp.org/tlog-proof@v1";
constexpr size_t kMaxProof = 64;  // Of a tree of 2^64 leaves.

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not a receipt: ", why));
}

bool TakeLine(absl::string_view* text, absl::string_view* line) {
  const size_t end = text->find('\n');
  if (end == absl::string_view::npos) return false;
  *line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return true;
}

absl::StatusOr<Hash> ParseHash(absl::string_view line) {
  std::string bytes;
  Hash hash;
  if (!absl::Base64Unescape(line, &bytes) ||
      absl::Base64Escape(bytes) != line || !ReadHash(bytes, &hash)) {
    return Bad("a hash is not 32 bytes in base64");
  }
  return hash;
}

}  // namespace

std::string FormatReceipt(const Receipt& receipt) {
  std::string out = absl::StrCat(kTitle, "\nindex ", receipt.index, "\n");
  for (const Hash& hash : receipt.proof) {
    absl::StrAppend(&out, absl::Base64Escape(DigestBytes(hash)), "\n");
  }
  return absl::StrCat(out, "\n", receipt.checkpoint);
}

absl::StatusOr<Receipt> ParseReceipt(absl::string_view text) {
  Receipt receipt;
  absl::string_view line;
  if (!TakeLine(&text, &line) || line != kTitle) return Bad("other title");
  if (!TakeLine(&text, &line) || !absl::ConsumePrefix(&line, "index ") ||
      !absl::SimpleAtoi(line, &receipt.index) ||
      absl::StrCat(receipt.index) != line) {
    return Bad("no index");
  }
  for (;;) {
    if (!TakeLine(&text, &line)) return Bad("no checkpoint");
    if (line.empty()) break;
    if (receipt.proof.size() == kMaxProof) return Bad("more than 64 hashes");
    TG_ASSIGN_OR_RETURN(const Hash hash, ParseHash(line));
    receipt.proof.push_back(hash);
  }
  receipt.checkpoint = std::string(text.data(), text.size());
  return receipt;
}

absl::Status VerifyReceipt(const Receipt& receipt, absl::string_view record,
                           const PublicKey& key) {
  TG_ASSIGN_OR_RETURN(const Note note, ParseNote(receipt.checkpoint));
  TG_RETURN_IF_ERROR(VerifyNote(note, key));
  TG_ASSIGN_OR_RETURN(const Checkpoint head, ParseCheckpoint(note.text));
  if (head.origin != key.name()) {
    return absl::DataLossError(absl::StrCat(
        "the receipt is of the log ", head.origin, ", not of ", key.name()));
  }
  return VerifyInclusion(LeafHash(record), receipt.index, head.size,
                         receipt.proof, head.root);
}

}  // namespace tongguan::journal
