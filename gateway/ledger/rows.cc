#include "gateway/ledger/rows.h"

#include "gateway/base/sha256.h"

namespace tongguan::ledger {
namespace {

// Flags of a fact.
constexpr uint64_t kExporterIsOwner = 1;  // The exporter is left out.
constexpr uint64_t kSettles = 2;  // The settled index is the last field.

absl::Status Damaged() {
  return absl::DataLossError(
      "ledger: a journal row's frames are damaged: keep the file as it is and "
      "restore a backup");
}

bool TakeString(absl::string_view* in, std::string* out) {
  absl::string_view frame;
  if (!TakeFrame(in, &frame)) return false;
  out->assign(frame.data(), frame.size());
  return true;
}

bool TakeInt32(absl::string_view* in, int32_t* out) {
  uint64_t value;
  if (!TakeVarint(in, &value) || value > UINT32_MAX) return false;
  *out = static_cast<int32_t>(static_cast<uint32_t>(value));
  return true;
}

bool TakeFact(absl::string_view in, Fact* fact) {
  uint64_t flags, settles;
  if (!TakeVarint(&in, &flags) || flags > (kExporterIsOwner | kSettles) ||
      !TakeString(&in, &fact->owner) || !TakeString(&in, &fact->request_id) ||
      !TakeString(&in, &fact->digest)) {
    return false;
  }
  if (flags & kExporterIsOwner) {
    fact->exporter = fact->owner;
  } else if (!TakeString(&in, &fact->exporter)) {
    return false;
  }
  if (!TakeInt32(&in, &fact->verdict) || !TakeInt32(&in, &fact->headline)) {
    return false;
  }
  if (flags & kSettles) {
    if (!TakeVarint(&in, &settles)) return false;
    fact->settles = settles;
  }
  return in.empty();
}

}  // namespace

uint64_t RequestKey(absl::string_view owner, absl::string_view request_id) {
  constexpr absl::string_view kBetween("\0", 1);
  const Digest digest = Sha256({owner, kBetween, request_id});
  uint64_t key = 0;
  for (int i = 0; i < 8; ++i) key = key << 8 | digest[i];
  return key;
}

void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

void AppendFrame(absl::string_view bytes, std::string* out) {
  AppendVarint(bytes.size(), out);
  out->append(bytes.data(), bytes.size());
}

bool TakeVarint(absl::string_view* in, uint64_t* value) {
  *value = 0;
  for (size_t i = 0; i < in->size() && i < 10; ++i) {
    const uint8_t byte = (*in)[i];
    if (i == 9 && byte > 1) return false;  // More than 64 bits.
    *value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      in->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool TakeFrame(absl::string_view* in, absl::string_view* frame) {
  uint64_t size;
  if (!TakeVarint(in, &size) || size > in->size()) return false;
  *frame = in->substr(0, size);
  in->remove_prefix(size);
  return true;
}

void AppendFact(const Fact& fact, std::string* out) {
  const bool same = fact.exporter == fact.owner;
  std::string bytes;
  bytes.reserve(fact.owner.size() + fact.request_id.size() +
                fact.digest.size() + (same ? 0 : fact.exporter.size()) + 32);
  AppendVarint((same ? kExporterIsOwner : 0) | (fact.settles ? kSettles : 0),
               &bytes);
  AppendFrame(fact.owner, &bytes);
  AppendFrame(fact.request_id, &bytes);
  AppendFrame(fact.digest, &bytes);
  if (!same) AppendFrame(fact.exporter, &bytes);
  AppendVarint(static_cast<uint32_t>(fact.verdict), &bytes);
  AppendVarint(static_cast<uint32_t>(fact.headline), &bytes);
  if (fact.settles) AppendVarint(*fact.settles, &bytes);
  AppendFrame(bytes, out);
}

absl::StatusOr<Fact> ParseFact(absl::string_view bytes) {
  Fact fact;
  if (!TakeFact(bytes, &fact)) return Damaged();
  fact.key = RequestKey(fact.owner, fact.request_id);
  return fact;
}

absl::StatusOr<absl::string_view> NthFrame(absl::string_view blob, uint64_t n) {
  absl::string_view frame;
  for (uint64_t i = 0; i <= n; ++i) {
    if (!TakeFrame(&blob, &frame)) return Damaged();
  }
  return frame;
}

}  // namespace tongguan::ledger
