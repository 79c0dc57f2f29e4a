// The tallies of a random history, by a map of persons and the requests that
// carried them away.
#ifndef TONGGUAN_TESTS_CROSSING_MODEL_H_
#define TONGGUAN_TESTS_CROSSING_MODEL_H_

#include <map>
#include <set>
#include <string>

#include "tests/crossing/requests.h"

namespace tongguan {

// The law of this test, said as simply as can be: fewer than the thresholds.
class Model {
 public:
  Model(const Scale& scale, const Numbers& opening)
      : scale_(scale), opening_(opening) {}

  bool Asks(const Request& request, Numbers* charged) {
    const Numbers before = {total(false), total(true)};
    Put(request, {request.people, request.declared});
    bool allowed = true;
    for (const bool sensitive : {false, true}) {
      (*charged)[sensitive] = total(sensitive) - before[sensitive];
      allowed &= total(sensitive) < scale_.thresholds[sensitive];
    }
    if (!allowed) {
      Put(request, {});
      *charged = {};
    }
    return allowed;
  }
  // Exactly these left under a flow. How many come to the totals.
  Numbers Leave(const Request& request, const Left& left) {
    const Numbers before = {total(false), total(true)};
    Put(request, left);
    return {total(false) - before[0], total(true) - before[1]};
  }
  int64_t total(bool sensitive) const {
    int64_t sum = opening_[sensitive];
    for (const auto& [request, people] : declared_) sum += people[sensitive];
    return sum + static_cast<int64_t>(carried_[sensitive].size());
  }

 private:
  void Put(const Request& request, const Left& left) {
    declared_[request.number] = left.declared;
    for (const bool sensitive : {false, true}) {
      auto& carried = carried_[sensitive];
      for (const std::string& person : request.people[sensitive]) {
        std::set<int>& flows = carried[person];
        flows.erase(request.number);
        if (left.people[sensitive].count(person)) flows.insert(request.number);
        if (flows.empty()) carried.erase(person);
      }
    }
  }

  const Scale& scale_;
  const Numbers opening_;
  std::map<int, Numbers> declared_;  // By request.
  std::map<std::string, std::set<int>> carried_[2] =
      {};  // Requests, by person.
};

}  // namespace tongguan

#endif  // TONGGUAN_TESTS_CROSSING_MODEL_H_
