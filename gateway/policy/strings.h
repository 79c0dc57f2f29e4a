// Strings that a policy keeps: those that recur each once, and all of them
// without a block of the heap for each.
#ifndef TONGGUAN_GATEWAY_POLICY_STRINGS_H_
#define TONGGUAN_GATEWAY_POLICY_STRINGS_H_

#include <algorithm>
#include <string>

#include "absl/container/node_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/arena.h"

namespace tongguan::policy {

class Strings {
 public:
  using Words = absl::Span<const std::string* const>;

  // The one copy of the string; stays where it is as long as this.
  const std::string* Keep(absl::string_view text) {
    const auto it = strings_.find(text);
    return &*(it != strings_.end() ? it : strings_.emplace(text).first);
  }

  // A copy of a string that does not recur, such as an id; stays as long.
  absl::string_view KeepOnce(absl::string_view text) {
    char* const bytes = Arena::CreateArray<char>(&memory_, text.size());
    std::copy(text.begin(), text.end(), bytes);
    return {bytes, text.size()};
  }

  // A copy of the row of words, which must have been kept; stays as long.
  Words KeepRow(Words words) {
    auto* const row =
        Arena::CreateArray<const std::string*>(&memory_, words.size());
    std::copy(words.begin(), words.end(), row);
    return {row, words.size()};
  }

 private:
  using Arena = google::protobuf::Arena;

  absl::node_hash_set<std::string> strings_;
  Arena memory_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_STRINGS_H_
