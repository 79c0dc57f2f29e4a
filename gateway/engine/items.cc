// Flows of more than 64 items, of which there are few.
#include "gateway/engine/items.h"

#include <algorithm>

namespace tongguan::engine {

Items Items::First(size_t count) {
  Items items;
  if (count < 64) {
    items.low_ = (uint64_t{1} << count) - 1;
    return items;
  }
  items.low_ = ~uint64_t{0};
  if (count == 64) return items;
  Words& high = items.High(count / 64);
  std::fill(high.begin(), high.end(), ~uint64_t{0});
  high.back() = (uint64_t{1} << count % 64) - 1;
  return items;
}

Items::Words& Items::High(size_t words) {
  if (high_ == nullptr) high_ = std::make_unique<Words>();
  if (high_->size() < words) high_->resize(words, 0);
  return *high_;
}

bool Items::NoneHigh() const {
  return std::all_of(high_->begin(), high_->end(),
                     [](uint64_t word) { return word == 0; });
}

void Items::AddHigh(const Items& other) {
  Words& high = High(other.high_->size());
  for (size_t i = 0; i < other.high_->size(); ++i) {
    high[i] |= (*other.high_)[i];
  }
}

void Items::SetHighAnd(const Items& a, const Items& b) {
  Words& high = High(std::min(a.high_->size(), b.high_->size()));
  for (size_t i = 0; i < high.size(); ++i) {
    high[i] = a.Word(i + 1) & b.Word(i + 1);
  }
}

void Items::SetHighMinus(const Items& a, const Items& b) {
  Words& high = High(a.high_->size());
  for (size_t i = 0; i < high.size(); ++i) {
    high[i] = a.Word(i + 1) & ~b.Word(i + 1);
  }
}

bool Items::SameHigh(const Items& a, const Items& b) {
  const size_t words = std::max(a.WordCount(), b.WordCount());
  for (size_t i = 1; i < words; ++i) {
    if (a.Word(i) != b.Word(i)) return false;
  }
  return true;
}

}  // namespace tongguan::engine
