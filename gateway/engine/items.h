// A set of a flow's items, by index: what rules speak about. The first 64
// need no memory from the heap.
#ifndef TONGGUAN_GATEWAY_ENGINE_ITEMS_H_
#define TONGGUAN_GATEWAY_ENGINE_ITEMS_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <memory>
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
      while (left_ == 0 && word_ < items_.WordCount())
        left_ = items_.Word(++word_);
    }
    const Items& items_;
    size_t word_;
    uint64_t left_;  // Of the word, what is still to come.
  };

  Items() = default;
  Items(std::initializer_list<uint32_t> items) {
    for (uint32_t i : items) Add(i);
  }
  Items(Items&&) = default;
  Items& operator=(Items&&) = default;
  Items(const Items& other) : low_(other.low_) {
    if (other.high_ != nullptr) high_ = std::make_unique<Words>(*other.high_);
  }
  Items& operator=(const Items& other) {
    if (this != &other) *this = Items(other);
    return *this;
  }
  // 0 to count - 1.
  static Items First(size_t count) {
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

  void Add(uint32_t item) {
    const uint64_t bit = uint64_t{1} << item % 64;
    (item < 64 ? low_ : High(item / 64)[item / 64 - 1]) |= bit;
  }
  bool Has(uint32_t item) const {
    return (Word(item / 64) >> item % 64 & 1) != 0;
  }
  bool empty() const { return low_ == 0 && (high_ == nullptr || NoneHigh()); }
  size_t size() const {
    size_t size = 0;
    for (size_t i = 0; i < WordCount(); ++i) size += std::popcount(Word(i));
    return size;
  }
  uint32_t front() const { return *begin(); }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, WordCount()}; }

  Items& operator|=(const Items& other) {
    low_ |= other.low_;
    if (other.high_ == nullptr) return *this;
    Words& high = High(other.high_->size());
    for (size_t i = 0; i < other.high_->size(); ++i) {
      high[i] |= (*other.high_)[i];
    }
    return *this;
  }
  friend Items operator&(const Items& a, const Items& b) {
    Items both;
    both.low_ = a.low_ & b.low_;
    if (a.high_ == nullptr || b.high_ == nullptr) return both;
    Words& high = both.High(std::min(a.high_->size(), b.high_->size()));
    for (size_t i = 0; i < high.size(); ++i) {
      high[i] = a.Word(i + 1) & b.Word(i + 1);
    }
    return both;
  }
  friend Items operator-(const Items& a, const Items& b) {
    Items rest;
    rest.low_ = a.low_ & ~b.low_;
    if (a.high_ == nullptr) return rest;
    Words& high = rest.High(a.high_->size());
    for (size_t i = 0; i < high.size(); ++i) {
      high[i] = a.Word(i + 1) & ~b.Word(i + 1);
    }
    return rest;
  }
  friend bool operator==(const Items& a, const Items& b) {
    if (a.low_ != b.low_) return false;
    if (a.high_ == nullptr && b.high_ == nullptr) return true;
    const size_t words = std::max(a.WordCount(), b.WordCount());
    for (size_t i = 1; i < words; ++i) {
      if (a.Word(i) != b.Word(i)) return false;
    }
    return true;
  }

 private:
  using Words = std::vector<uint64_t>;

  size_t WordCount() const { return high_ == nullptr ? 1 : 1 + high_->size(); }
  // 0 beyond the last.
  uint64_t Word(size_t i) const {
    if (i == 0) return low_;
    return i < WordCount() ? (*high_)[i - 1] : 0;
  }
  // The words above the first, at least so many.
  Words& High(size_t words) {
    if (high_ == nullptr) high_ = std::make_unique<Words>();
    if (high_->size() < words) high_->resize(words, 0);
    return *high_;
  }
  bool NoneHigh() const {
    return std::all_of(high_->begin(), high_->end(),
                       [](uint64_t word) { return word == 0; });
  }

  uint64_t low_ = 0;             // Items 0 to 63.
  std::unique_ptr<Words> high_;  // The others, 64 a word; null: there are none.
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_ITEMS_H_
