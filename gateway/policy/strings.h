// Strings that recur, each kept once.
#ifndef TONGGUAN_GATEWAY_POLICY_STRINGS_H_
#define TONGGUAN_GATEWAY_POLICY_STRINGS_H_

#include <string>

#include "absl/container/node_hash_set.h"
#include "absl/strings/string_view.h"

namespace tongguan::policy {

class Strings {
 public:
  // The one copy of the string; stays where it is as long as this.
  const std::string* Keep(absl::string_view text) {
    return &*strings_.emplace(text).first;
  }

 private:
  absl::node_hash_set<std::string> strings_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_STRINGS_H_
