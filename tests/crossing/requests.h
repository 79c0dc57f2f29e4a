// What callers ask in a random history, and say afterwards.
#ifndef TONGGUAN_TESTS_CROSSING_REQUESTS_H_
#define TONGGUAN_TESTS_CROSSING_REQUESTS_H_

#include <array>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/engine/testing.h"
#include "gateway/people/pseudonyms.h"

namespace tongguan {

// How large a history is: most are small, so that people meet; some are so
// large that their sets have several parts.
struct Scale {
  int universe;           // People there are.
  uint64_t most_people;   // In a flow.
  int64_t thresholds[2];  // Ordinary and sensitive people: fewer than these.
};
inline constexpr Scale kSmall{120, 6, {100, 40}};
inline constexpr Scale kLarge{3'000, 150, {2'500, 1'000}};

inline const std::string& Person(int n) {
  static const std::vector<std::string>& all = *new auto([] {
    std::vector<std::string> people;
    for (int i = 0; i < kLarge.universe; ++i) {
      people.push_back(
          DigestBytes(Sha256(absl::StrCat("person ", i))).substr(0, 16));
    }
    return people;
  }());
  return all[static_cast<size_t>(n)];
}

// People by class: ordinary, sensitive.
using Classes = std::array<std::set<std::string>, 2>;
using Numbers = std::array<int64_t, 2>;

// Who, or how many, left after all.
struct Left {
  Classes people;
  Numbers declared = {};
};

// What one caller asks, and says afterwards of an allowed flow.
struct Request {
  int number = 0;
  v1::Flow flow;
  bool exact = false;
  bool staged = false;
  Classes people;         // Of an exact flow,
  Numbers declared = {};  // or how many.
  std::optional<Left> settled, corrected;
};

inline std::string SetOf(const std::set<std::string>& people) {
  std::string set;
  for (const std::string& person : people) set += person;
  return set;
}

inline v1::PseudonymSet ExactOf(const Classes& people) {
  v1::PseudonymSet exact;
  exact.set_key_id("k1");
  exact.set_persons(SetOf(people[0]));
  exact.set_sensitive_persons(SetOf(people[1]));
  return exact;
}

class RequestMaker {
 public:
  RequestMaker(const Scale& scale, std::mt19937_64* random)
      : scale_(scale), random_(*random) {}

  Request Make(int number) {
    Request request;
    request.number = number;
    request.flow = engine::TestFlow();
    request.flow.set_request_id(absl::StrCat("r", number));
    request.exact = Below(4) != 0;
    request.exact ? MakeExact(&request) : MakeDeclared(&request);
    if (!request.people[1].empty() || request.declared[1] > 0) {
      request.flow.mutable_items(0)->set_sensitive(v1::FACT_YES);
    }
    if (Below(6) == 0) request.settled = SomeOf(request);
    if (Below(8) == 0) request.corrected = SomeOf(request);
    return request;
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }

  void MakeDeclared(Request* request) {
    request->declared = {static_cast<int64_t>(1 + Below(4)),
                         static_cast<int64_t>(Below(3) / 2)};
    auto* people = request->flow.mutable_people()->mutable_declared();
    people->set_persons(request->declared[0]);
    people->set_sensitive_persons(request->declared[1]);
  }
  void MakeExact(Request* request) {
    request->staged = Below(3) == 0;
    if (request->staged && staged_ && Below(2) == 0) {
      request->people = *staged_;  // The same set as another flow.
    } else {
      for (uint64_t n = 1 + Below(scale_.most_people); n > 0; --n) {
        request->people[Below(4) == 0].insert(
            Person(static_cast<int>(Below(scale_.universe))));
      }
    }
    v1::People* people = request->flow.mutable_people();
    if (!request->staged) {
      *people->mutable_exact() = ExactOf(request->people);
      return;
    }
    staged_ = request->people;
    const v1::PseudonymSet set = ExactOf(request->people);
    people->mutable_staged()->set_digest(DigestBytes(people::SetDigest(
        {set.key_id(), set.persons(), set.sensitive_persons()})));
  }
  // Nobody, all, or any of a request's people.
  Left SomeOf(const Request& request) {
    Left left;
    const uint64_t share = Below(4);
    for (const bool sensitive : {false, true}) {
      for (const std::string& person : request.people[sensitive]) {
        if (Below(3) < share) left.people[sensitive].insert(person);
      }
      left.declared[sensitive] = static_cast<int64_t>(
          Below(static_cast<uint64_t>(request.declared[sensitive]) + 1));
    }
    return left;
  }

  const Scale& scale_;
  std::mt19937_64& random_;
  std::optional<Classes> staged_;  // Last.
};

}  // namespace tongguan

#endif  // TONGGUAN_TESTS_CROSSING_REQUESTS_H_
