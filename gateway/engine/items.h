// A set of a flow's items, by index: what rules speak about. The first 64
// need no memory from the heap.
#ifndef TONGGUAN_GATEWAY_ENGINE_ITEMS_H_
#define TONGGUAN_GATEWAY_ENGINE_ITEMS_H_

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
  static Items First(size_t count);

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
    if (other.high_ != nullptr) AddHigh(other);
    return *this;
  }
  friend Items operator&(const Items& a, const Items& b) {
    Items both;
    both.low_ = a.low_ & b.low_;
    if (a.high_ != nullptr && b.high_ != nullptr) both.SetHighAnd(a, b);
    return both;
  }
  friend Items operator-(const Items& a, const Items& b) {
    Items rest;
    rest.low_ = a.low_ & ~b.low_;
    if (a.high_ != nullptr) rest.SetHighMinus(a, b);
    return rest;
  }
  friend bool operator==(const Items& a, const Items& b) {
    return a.low_ == b.low_ &&
           ((a.high_ == nullptr && b.high_ == nullptr) || SameHigh(a, b));
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
  Words& High(size_t words);
  bool NoneHigh() const;
  // What is said of the first word, done to those above.
  void AddHigh(const Items& other);
  void SetHighAnd(const Items& a, const Items& b);
  void SetHighMinus(const Items& a, const Items& b);
  static bool SameHigh(const Items& a, const Items& b);

  uint64_t low_ = 0;             // Items 0 to 63.
  std::unique_ptr<Words> high_;  // The others, 64 a word; null: there are none.
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_ITEMS_H_
