#include "gateway/people/gathered.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace tongguan::people {
namespace {

// How many wait unsorted at the least: 1 MiB.
constexpr size_t kFewest = 65'536;

// Orders as byte strings; two loads are faster than memcmp.
bool Before(const Pseudonym& a, const Pseudonym& b) {
  uint64_t left[2];
  uint64_t right[2];
  std::memcpy(left, a.data(), kPseudonymSize);
  std::memcpy(right, b.data(), kPseudonymSize);
  const size_t word = left[0] == right[0] ? 1 : 0;
  return __builtin_bswap64(left[word]) < __builtin_bswap64(right[word]);
}

}  // namespace

bool Gathered::Add(const Pseudonym& pseudonym) {
  if (all_.size() == all_.capacity()) {
    Settle();
    if (TooMany()) return false;
    all_.reserve(sorted_ + std::max(kFewest, sorted_ / 2));
  }
  all_.push_back(pseudonym);
  return true;
}

void Gathered::Settle() {
  const auto middle = all_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(middle, all_.end(), Before);
  std::inplace_merge(all_.begin(), middle, all_.end(), Before);
  all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
  sorted_ = all_.size();
}

absl::StatusOr<absl::string_view> Gathered::Set() {
  Settle();
  if (TooMany()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", most_,
                     " people. Split the data into flows of fewer people."));
  }
  return absl::string_view(reinterpret_cast<const char*>(all_.data()),
                           all_.size() * kPseudonymSize);
}

}  // namespace tongguan::people
