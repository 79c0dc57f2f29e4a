#include "gateway/journal/hash.h"

#include <algorithm>

namespace tongguan::journal {
namespace {

constexpr absl::string_view kLeaf("\x00", 1), kNode("\x01", 1);

absl::string_view BytesOf(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace

Hash LeafHash(absl::string_view record) { return Sha256({kLeaf, record}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return Sha256({kNode, BytesOf(left), BytesOf(right)});
}

Hash EmptyRoot() { return Sha256(""); }

bool ReadHash(absl::string_view bytes, Hash* hash) {
  if (bytes.size() != hash->size()) return false;
  std::copy(bytes.begin(), bytes.end(), hash->begin());
  return true;
}

}  // namespace tongguan::journal
