// What was found out about names seen before: a bounded table that only grows.
// Finding takes one hash and no lock. Thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_NAME_MEMORY_H_
#define TONGGUAN_GATEWAY_POLICY_NAME_MEMORY_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace tongguan::policy {

// Names a caller makes up must not fill the memory of the process: at most so
// many names of at most so many bytes (64 characters of UTF-8) are remembered.
inline constexpr size_t kMaxRememberedNames = 65'536;
inline constexpr size_t kMaxRememberedBytes = 256;

template <typename T, typename Hash = absl::Hash<absl::string_view>>
class NameMemory {
 public:
  NameMemory() : slots_(new Slot[kSlots]()) {}
  ~NameMemory() {
    for (size_t i = 0; i < kSlots; ++i) delete slots_[i].entry.load();
  }
  NameMemory(const NameMemory&) = delete;
  NameMemory& operator=(const NameMemory&) = delete;

  // What is remembered of the name, or null.
  const T* Find(absl::string_view name) const {
    const uint64_t hash = Hash()(name);
    for (size_t i = hash % kSlots;; i = (i + 1) % kSlots) {
      const Entry* entry = slots_[i].entry.load(std::memory_order_acquire);
      if (entry == nullptr) return nullptr;
      const uint32_t tag = slots_[i].tag.load(std::memory_order_relaxed);
      if (tag != 0 && tag != TagOf(hash)) continue;
      if (entry->name == name) return &entry->value;
    }
  }

  // Remembers the value, unless the memory is full or the name is too long.
  // Of several threads that add the same name the first wins.
  void Add(absl::string_view name, T value) {
    if (name.size() > kMaxRememberedBytes) return;
    if (names_.fetch_add(1, std::memory_order_relaxed) >= kMaxRememberedNames) {
      names_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    auto entry = std::make_unique<const Entry>(
        Entry{std::string(name), std::move(value)});
    const uint64_t hash = Hash()(name);
    for (size_t i = hash % kSlots;; i = (i + 1) % kSlots) {
      const Entry* there = nullptr;
      if (slots_[i].entry.compare_exchange_strong(there, entry.get(),
                                                  std::memory_order_acq_rel)) {
        static_cast<void>(entry.release());  // The slot owns it.
        slots_[i].tag.store(TagOf(hash), std::memory_order_relaxed);
        return;
      }
      if (there->name == name) break;
    }
    names_.fetch_sub(1, std::memory_order_relaxed);
  }

  // Whether Add would remember a name that is not remembered yet.
  bool Takes(absl::string_view name) const {
    return name.size() <= kMaxRememberedBytes && size() < kMaxRememberedNames;
  }

  size_t size() const { return names_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::string name;
    T value;
  };
  // Twice the names, so that probing stays short and always ends.
  static constexpr size_t kSlots = 2 * kMaxRememberedNames;

  // The tag spares the way to entries of other names, far away in memory.
  struct Slot {
    std::atomic<const Entry*> entry;
    std::atomic<uint32_t> tag;  // 0: not known yet.
  };

  // Of the bits that the place is not of.
  static uint32_t TagOf(uint64_t hash) {
    return static_cast<uint32_t>(hash >> 32) | 1;
  }

  const std::unique_ptr<Slot[]> slots_;
  std::atomic<size_t> names_{0};
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_NAME_MEMORY_H_
