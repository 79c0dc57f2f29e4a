// Gathers the pseudonyms of a long file, each kept once. Takes at most two and
// a half times the memory of the distinct ones, and 1 MiB. One thread at a
// time.
#ifndef TONGGUAN_GATEWAY_PEOPLE_GATHERED_H_
#define TONGGUAN_GATEWAY_PEOPLE_GATHERED_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/people/pseudonyms.h"

namespace tongguan::people {

class Gathered {
 public:
  // Gathers at most `most` distinct people.
  explicit Gathered(int64_t most) : most_(most) {}

  // False once they are known to be too many: stop.
  bool Add(const Pseudonym& pseudonym);

  // The set (pseudonyms.h), valid until the next Add. ResourceExhausted if
  // they are too many.
  absl::StatusOr<absl::string_view> Set();

 private:
  bool TooMany() const { return static_cast<int64_t>(sorted_) > most_; }
  // Sorts the new ones in among the sorted, each once.
  void Settle();

  const int64_t most_;
  std::vector<Pseudonym> all_;
  size_t sorted_ = 0;  // So many at the front are sorted and distinct.
};

}  // namespace tongguan::people

#endif  // TONGGUAN_GATEWAY_PEOPLE_GATHERED_H_
