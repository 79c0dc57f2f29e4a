#include "gateway/ledger/counts.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace tongguan::ledger {
namespace {

int Compare(const char* a, const char* b) {
  return std::memcmp(a, b, kPersonBytes);
}

int32_t CountAt(const char* entry) {
  uint32_t value = 0;
  for (int i = 3; i >= 0; --i) {
    value = value << 8 | static_cast<uint8_t>(entry[kPersonBytes + i]);
  }
  return static_cast<int32_t>(value);
}

int32_t Sum(int32_t a, int32_t b) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(int64_t{a} + b, std::numeric_limits<int32_t>::min(),
                          std::numeric_limits<int32_t>::max()));
}

void AppendEntry(const char* person, int32_t count, std::string* out) {
  if (count == 0) return;
  out->append(person, kPersonBytes);
  const auto value = static_cast<uint32_t>(count);
  for (int i = 0; i < 4; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

// The first element at or after `person`, looked for from element `low` on in
// steps that double, so that a walk through both sides costs what is nearer.
size_t Seek(absl::string_view sorted, size_t size, size_t low,
            const char* person) {
  const size_t end = sorted.size() / size;
  const auto before = [&](size_t i) {
    return Compare(sorted.data() + i * size, person) < 0;
  };
  size_t step = 1;
  size_t high = low;
  while (high < end && before(high)) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = std::min(high, end);
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

bool AreCounts(absl::string_view bytes) {
  if (bytes.size() % kEntryBytes != 0) return false;
  for (size_t at = 0; at < bytes.size(); at += kEntryBytes) {
    const char* entry = bytes.data() + at;
    if (CountAt(entry) == 0) return false;
    if (at > 0 && Compare(entry - kEntryBytes, entry) >= 0) return false;
  }
  return true;
}

std::string ToCounts(absl::string_view people, int32_t each) {
  std::string counts;
  counts.reserve(people.size() / kPersonBytes * kEntryBytes);
  for (size_t at = 0; at < people.size(); at += kPersonBytes) {
    AppendEntry(people.data() + at, each, &counts);
  }
  return counts;
}

std::string AddCounts(absl::string_view a, absl::string_view b) {
  std::string sum;
  sum.reserve(a.size() + b.size());
  while (!a.empty() && !b.empty()) {
    const int order = Compare(a.data(), b.data());
    if (order < 0) {
      sum.append(a.data(), kEntryBytes);
    } else if (order > 0) {
      sum.append(b.data(), kEntryBytes);
    } else {
      AppendEntry(a.data(), Sum(CountAt(a.data()), CountAt(b.data())), &sum);
    }
    if (order <= 0) a.remove_prefix(kEntryBytes);
    if (order >= 0) b.remove_prefix(kEntryBytes);
  }
  sum.append(a.data(), a.size());
  sum.append(b.data(), b.size());
  return sum;
}

absl::string_view From(absl::string_view sorted, size_t size,
                       absl::string_view from) {
  return sorted.substr(Seek(sorted, size, 0, from.data()) * size);
}

void LookUp(absl::string_view counts, absl::string_view people,
            int32_t* known) {
  size_t entry = 0;
  const size_t end = counts.size() / kEntryBytes;
  for (size_t i = 0; i < people.size() / kPersonBytes; ++i) {
    const char* person = people.data() + i * kPersonBytes;
    entry = Seek(counts, kEntryBytes, entry, person);
    if (entry == end) return;
    const char* found = counts.data() + entry * kEntryBytes;
    if (Compare(found, person) == 0) known[i] = Sum(known[i], CountAt(found));
  }
}

void Pile::Add(std::string counts) {
  while (!counts_.empty() && counts_.back().size() < 2 * counts.size()) {
    counts = AddCounts(counts_.back(), counts);
    counts_.pop_back();
  }
  if (!counts.empty()) counts_.push_back(std::move(counts));
}

void Pile::LookUp(absl::string_view people, int32_t* known) const {
  for (const std::string& counts : counts_) {
    ledger::LookUp(counts, people, known);
  }
}

std::string Pile::Sum() const {
  std::string sum;
  for (auto it = counts_.rbegin(); it != counts_.rend(); ++it) {
    sum = AddCounts(*it, sum);
  }
  return sum;
}

size_t Pile::bytes() const {
  size_t bytes = 0;
  for (const std::string& counts : counts_) bytes += counts.size();
  return bytes;
}

}  // namespace tongguan::ledger
