// A set of a flow's items, by index: what rules speak about. The first 64
// need no memory from the heap.
#ifndef TONGGUAN_GATEWAY_ENGINE_ITEMS_H_
#define TONGGUAN_GATEWAY_ENGINE_ITEMS_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace tongguan::engine {

class Items {
 public:
  // Ascending.
  class Iterator {
   public:
    Iterator(const Items& items, size_t word)
        : items_(items), word_(word), left_(items.Word(word)) {
      SkipEmpty();
    }
    uint32_t operator*() const {
      return static_cast<uint32_t>(word_ * 64 + std::countr_zero(left_));
    }
    Iterator& operator++() {
      left_ &= left_ - 1;
      SkipEmpty();
      return *this;
    }
    bool operator!=(const Iterator& other) const {
      return left_ != other.left_ || word_ != other.word_;
    }

   private:
    void SkipEmpty() {
      while (left_ == 0 && word_ < items_.Words()) left_ = items_.Word(++word_);
    }
    const Items& items_;
    size_t word_;
    uint64_t left_;  // Of the word, what is still to come.
  };

  Items() = default;
  Items(std::initializer_list<uint32_t> items) {
    for (uint32_t i : items) Add(i);
  }
  // 0 to count - 1.
  static Items First(size_t count) {
    Items items;
    if (count < 64) {
      items.low_ = (uint64_t{1} << count) - 1;
      return items;
    }
    items.low_ = ~uint64_t{0};
    items.high_.resize(count / 64, ~uint64_t{0});
    items.high_.back() = (uint64_t{1} << count % 64) - 1;
    return items;
  }

  void Add(uint32_t item) {
    if (item / 64 > high_.size()) high_.resize(item / 64, 0);
    (item < 64 ? low_ : high_[item / 64 - 1]) |= uint64_t{1} << item % 64;
  }
  bool Has(uint32_t item) const {
    return (Word(item / 64) >> item % 64 & 1) != 0;
  }
  bool empty() const {
    return low_ == 0 && std::all_of(high_.begin(), high_.end(),
                                    [](uint64_t word) { return word == 0; });
  }
  size_t size() const {
    size_t size = std::popcount(low_);
    for (uint64_t word : high_) size += std::popcount(word);
    return size;
  }
  uint32_t front() const { return *begin(); }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, Words()}; }

  Items& operator|=(const Items& other) {
    low_ |= other.low_;
    if (high_.size() < other.high_.size()) high_.resize(other.high_.size(), 0);
    for (size_t i = 0; i < other.high_.size(); ++i) high_[i] |= other.high_[i];
    return *this;
  }
  friend Items operator&(Items a, const Items& b) {
    a.low_ &= b.low_;
    for (size_t i = 0; i < a.high_.size(); ++i) a.high_[i] &= b.Word(i + 1);
    return a;
  }
  friend Items operator-(Items a, const Items& b) {
    a.low_ &= ~b.low_;
    for (size_t i = 0; i < a.high_.size(); ++i) a.high_[i] &= ~b.Word(i + 1);
    return a;
  }
  friend bool operator==(const Items& a, const Items& b) {
    return (a - b).empty() && (b - a).empty();
  }

 private:
  size_t Words() const { return 1 + high_.size(); }
  // 0 beyond the last.
  uint64_t Word(size_t i) const {
    if (i == 0) return low_;
    return i <= high_.size() ? high_[i - 1] : 0;
  }

  uint64_t low_ = 0;            // Items 0 to 63.
  std::vector<uint64_t> high_;  // The others, 64 a word.
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_ITEMS_H_
