#include "gateway/policy/rough_match.h"

#include <algorithm>
#include <deque>

#include "absl/strings/ascii.h"
#include "re2/filtered_re2.h"

namespace tongguan::policy {
namespace {

// Bounds the table: 2 bytes a state and class, at most 129 classes.
constexpr size_t kMostWordBytes = 16'384;

// Words in lower case: without one of them no pattern matches. Empty if there
// are no such words.
std::vector<std::string> WordsOf(const std::vector<std::string>& patterns) {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  re2::FilteredRE2 filtered;
  for (const std::string& pattern : patterns) {
    int id = 0;
    if (filtered.Add(pattern, options, &id) != RE2::NoError) return {};
  }
  std::vector<std::string> words;
  filtered.Compile(&words);
  std::vector<int> without_words;
  filtered.AllPotentials({}, &without_words);
  if (!without_words.empty()) return {};
  return words;
}

}  // namespace

RoughMatch::RoughMatch(const std::vector<std::string>& patterns) {
  if (patterns.empty()) return;
  const std::vector<std::string> words = WordsOf(patterns);
  size_t bytes = 0;
  for (const std::string& word : words) {
    if (word.empty()) return;
    bytes += word.size();
  }
  if (words.empty() || bytes > kMostWordBytes) return;
  for (const std::string& word : words) {
    for (char c : word) {
      uint8_t& byte_class = class_of_[static_cast<uint8_t>(c)];
      if (byte_class == 0) byte_class = static_cast<uint8_t>(classes_++);
    }
  }
  for (int c = 'A'; c <= 'Z'; ++c) class_of_[c] = class_of_[c - 'A' + 'a'];
  AddWords(words);
  Link();
}

// Makes the words' tree; 0 is its root, and says of the others "no word".
void RoughMatch::AddWords(const std::vector<std::string>& words) {
  next_.assign(classes_, 0);
  for (const std::string& word : words) {
    State state = 0;
    for (size_t i = 0; i < word.size(); ++i) {
      const uint8_t byte_class = class_of_[static_cast<uint8_t>(word[i])];
      if (i + 1 == word.size()) {
        Next(state, byte_class) = kFound;
        break;
      }
      if (Next(state, byte_class) == kFound) break;  // A word ends before.
      if (Next(state, byte_class) == 0) {
        Next(state, byte_class) = static_cast<State>(next_.size() / classes_);
        next_.resize(next_.size() + classes_, 0);
      }
      state = Next(state, byte_class);
    }
  }
}

// Where no word goes on, the longest end of what was read that begins one does.
void RoughMatch::Link() {
  std::vector<State> shorter(next_.size() / classes_, 0);
  std::deque<State> states = {0};
  while (!states.empty()) {
    const State state = states.front();
    states.pop_front();
    for (size_t c = 1; c < classes_; ++c) {
      State& next = Next(state, static_cast<uint8_t>(c));
      const State other =
          state == 0 ? 0 : Next(shorter[state], static_cast<uint8_t>(c));
      if (next == kFound) continue;
      if (next == 0 || other == kFound) {
        next = other;
        continue;
      }
      shorter[next] = other;
      states.push_back(next);
    }
  }
}

bool RoughMatch::Possible(absl::string_view name) const {
  if (next_.empty()) return true;
  State state = 0;
  for (char c : name) {
    if (!absl::ascii_isascii(c)) return true;
    state = next_[state * classes_ + class_of_[static_cast<uint8_t>(c)]];
    if (state == kFound) return true;
  }
  return false;
}

}  // namespace tongguan::policy
