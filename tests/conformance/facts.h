// The facts of one worked case: `key=value` joined by ';', and the parts of
// its mechanism_on_file. Keys and values are checked when they are read.
#ifndef TONGGUAN_TESTS_CONFORMANCE_FACTS_H_
#define TONGGUAN_TESTS_CONFORMANCE_FACTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::conformance {

class Facts {
 public:
  // Reads a facts column. Each thing that is wrong with it is appended to
  // `problems`; the facts are of use only when there is none.
  static Facts Parse(absl::string_view text,
                     std::vector<std::string>* problems);

  // Reads `kind:k=v:...`; the kind stands under "kind".
  static Facts ParseFiling(absl::string_view text,
                           std::vector<std::string>* problems);

  bool Has(const std::string& key) const { return values_.count(key) > 0; }
  // The value, or `absent` where the key is left out.
  std::string Get(const std::string& key, const std::string& absent = "") const;
  bool Is(const std::string& key, absl::string_view value) const;
  // y, n, unknown as a fact; `absent` where the key is left out.
  v1::Fact Fact(const std::string& key, v1::Fact absent) const;
  // The count; 0 where the key is left out, none where it is unknown.
  std::optional<int64_t> Count(const std::string& key) const;
  // The items of a '|' list; empty where the key is left out.
  std::vector<std::string> List(const std::string& key) const;

  // The moment of the decision.
  absl::Time EvalTime() const;

 private:
  void Add(absl::string_view part, bool filing,
           std::vector<std::string>* problems);

  std::map<std::string, std::string> values_;
};

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_FACTS_H_
