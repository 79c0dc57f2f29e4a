// Random flows of every account, declared and exact, both classes, settled and
// corrected, around the turn of a year: the tallies are what a map of persons
// and the flows that carried them says.
#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "gateway/service/exact_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

constexpr int kUniverse = 40;  // People there are.

enum Kind { kPlain, kGbaFlow, kExemptFlow, kListFlow, kKinds };
enum Tallied { kCounted, kExempt, kListExempt, kGba, kTallies };

uint64_t FromEnvironment(const char* name, uint64_t fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : std::strtoull(value, nullptr, 10);
}

using Group = std::set<int>;

std::string BytesOf(const Group& people) {
  std::set<std::string> sorted;
  for (const int n : people) sorted.insert(SetOf(n, n + 1));
  std::string bytes;
  for (const std::string& person : sorted) bytes += person;
  return bytes;
}

// What is counted of one year, said as simply as can be.
struct Year {
  // By tally, class, and person: the flows that carried the person away.
  std::map<int, std::set<int>> carried[kTallies][2];
  int64_t declared[kTallies][2] = {};

  int64_t Exact(int tally, bool sensitive) const {
    int64_t people = 0;
    for (const auto& [person, flows] : carried[tally][sensitive]) {
      people += !flows.empty();
    }
    return people;
  }
  int64_t All(int tally, bool sensitive) const {
    return declared[tally][sensitive] + Exact(tally, sensitive);
  }
};

// A flow that was allowed, as the test knows it.
struct Allowed {
  int number = 0;
  Kind kind = kPlain;
  v1::Flow flow;
  v1::Decision decision;
  std::array<Group, 2> people;           // As sent.
  std::array<int64_t, 2> declared = {};  // Left, where numbers are declared.
  bool exact = true;
  bool under_14 = false;
  bool settled = false;
  std::vector<int32_t> years;
};

std::vector<Tallied> TalliesOf(Kind kind) {
  switch (kind) {
    case kGbaFlow:
      return {kCounted, kGba};
    case kExemptFlow:
      return {kExempt};
    case kListFlow:
      return {kListExempt};
    default:
      return {kCounted};
  }
}

class CountingTest : public ExactTest {
 protected:
  CountingTest() {
    AddGbaContract();
    AddRetailList();
    source_.lists.back().head.set_areas(0, "CN-GD-SZ");
    *source_.registry[0].add_filings() =
        policy::TestFiling("SC", v1::FILING_KIND_STANDARD_CONTRACT);
    policy_ = policy::MustCompile(source_);
    uncertainty_ = absl::Seconds(50);
  }

  void Begin(uint64_t seed) {
    random_.seed(seed);
    // So small that sets are merged and swept within a history.
    limits_ = {.memory_bytes = Below(2) == 0 ? size_t{256 << 20} : 2'000,
               .slice_bytes = 100 + Below(1'500),
               .slice_factor = 0,
               .few_bytes = 100 + Below(400)};
    ledger_ = nullptr;
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    years_.clear();
    allowed_.clear();
    clock_.Set(turn_ - absl::Hours(1));
    Reopen();
    Open(0, 0);
  }
  void Run(int steps) {
    for (int step = 0; step < steps && !HasFailure(); ++step) {
      SCOPED_TRACE(testing::Message() << "step " << step);
      if (step == steps / 3) {  // Both years.
        clock_.Set(turn_);
        Open(0, 0);
      }
      if (step == 2 * steps / 3) clock_.Set(turn_ + absl::Hours(1));
      if (Below(15) == 0) Reopen();
      if (allowed_.empty() || Below(5) < 2) {
        Ask(step, steps);
      } else {
        Allowed& one = allowed_[Below(allowed_.size())];
        one.settled || Below(4) == 0 ? CorrectIt(&one) : SettleIt(&one);
      }
      Compare();
    }
  }

  uint64_t Below(uint64_t n) { return random_() % n; }
  Group SomeOf(const Group& people) {
    Group some;
    if (Below(4) == 0) return some;  // Nobody.
    const uint64_t share = 1 + Below(4);
    for (const int person : people) {
      if (Below(4) < share) some.insert(person);
    }
    return some;
  }

  Allowed MakeAsk(int number) {
    Allowed one;
    one.number = number;
    one.kind = static_cast<Kind>(Below(kKinds));
    one.exact = Below(5) != 0;
    one.under_14 = one.exact && Below(6) == 0;
    for (uint64_t n = 1 + Below(8); n > 0; --n) {
      one.people[Below(3) == 0].insert(static_cast<int>(Below(kUniverse)));
    }
    one.flow = Flow(absl::StrCat("f", number), BytesOf(one.people[0]),
                    BytesOf(one.people[1]));
    if (!one.exact) {
      one.people = {};
      one.declared = {static_cast<int64_t>(1 + Below(9)),
                      static_cast<int64_t>(Below(3))};
      v1::DeclaredPeople* declared =
          one.flow.mutable_people()->mutable_declared();
      declared->set_persons(one.declared[0]);
      declared->set_sensitive_persons(one.declared[1]);
    }
    if (!one.people[1].empty() || one.declared[1] > 0) {
      one.flow.mutable_items(0)->set_sensitive(v1::FACT_YES);
    }
    if (one.under_14) {
      one.flow.mutable_duties()->set_under_14(v1::FACT_YES);
      one.flow.mutable_duties()->set_guardian_consent(v1::FACT_YES);
    }
    if (one.kind == kGbaFlow) MakeGba(&one.flow);
    if (one.kind == kExemptFlow) MakeExempt(&one.flow);
    if (one.kind == kListFlow) {
      one.flow.set_sector("retail");
      one.flow.clear_activity_area();
    }
    return one;
  }

  // People of a class as they are charged.
  static Group Charged(const Allowed& one, const std::array<Group, 2>& people,
                       bool sensitive) {
    if (!one.under_14) return people[sensitive];
    if (!sensitive) return {};
    Group both = people[0];
    both.insert(people[1].begin(), people[1].end());
    return both;
  }

  // Has exactly these left under a flow; what each tally gains, by class.
  using Gains = std::array<std::array<int64_t, 2>, kTallies>;
  Gains Leave(const Allowed& one, const std::array<Group, 2>& left,
              const std::array<int64_t, 2>& more, int32_t of_year) {
    Gains gains = {};
    for (const int32_t number : one.years) {
      Year& year = years_[number];
      for (const Tallied tally : TalliesOf(one.kind)) {
        for (const bool sensitive : {false, true}) {
          const int64_t before = year.All(tally, sensitive);
          for (auto& [person, flows] : year.carried[tally][sensitive]) {
            flows.erase(one.number);
          }
          for (const int person : Charged(one, left, sensitive)) {
            year.carried[tally][sensitive][person].insert(one.number);
          }
          year.declared[tally][sensitive] += more[sensitive];
          if (number != of_year) continue;
          gains[tally][sensitive] = year.All(tally, sensitive) - before;
        }
      }
    }
    return gains;
  }
  static Tallied FirstOf(const Allowed& one) { return TalliesOf(one.kind)[0]; }
  void CheckGba(const Gains& gains) {
    EXPECT_EQ(record_.gba_persons(), gains[kGba][0]);
    EXPECT_EQ(record_.gba_sensitive_persons(), gains[kGba][1]);
  }

  void Ask(int number, int steps) {
    Allowed one = MakeAsk(number);
    one.years = {number < steps / 3 ? 2026 : 2027};
    if (number >= steps / 3 && number < 2 * steps / 3) {
      one.years.push_back(2026);
    }
    one.decision = Decide(one.flow);
    ASSERT_EQ(one.decision.verdict(), v1::VERDICT_ALLOW)
        << one.decision.DebugString();
    constexpr v1::Charging kChargings[] = {
        v1::CHARGING_COUNTED, v1::CHARGING_GBA, v1::CHARGING_EXEMPT,
        v1::CHARGING_LIST_EXEMPT};
    ASSERT_EQ(one.decision.charging(), kChargings[one.kind])
        << one.decision.DebugString();
    ASSERT_EQ(record_.also_year(), one.years.size() > 1 ? 2026 : 0);
    const Gains gains = Leave(one, one.people, one.declared, record_.year());
    EXPECT_EQ(one.decision.charged_persons(), gains[FirstOf(one)][0]);
    EXPECT_EQ(one.decision.charged_sensitive_persons(), gains[FirstOf(one)][1]);
    CheckGba(gains);
    // As often as not the same request comes again.
    if (Below(2) == 0) {
      EXPECT_EQ(Decide(one.flow).SerializeAsString(),
                one.decision.SerializeAsString());
    }
    allowed_.push_back(std::move(one));
  }

  void SettleIt(Allowed* one) {
    if (!one->exact) return;  // Numbers are corrected below.
    const std::array<Group, 2> left = {SomeOf(one->people[0]),
                                       SomeOf(one->people[1])};
    const auto settled =
        Settle(one->flow, one->decision, BytesOf(left[0]), BytesOf(left[1]));
    ASSERT_TRUE(settled.ok()) << settled.status();
    one->settled = true;
    const Gains gains = Leave(*one, left, {}, one->years[0]);
    EXPECT_EQ(settled->persons_returned(), -gains[FirstOf(*one)][0]);
    EXPECT_EQ(settled->sensitive_persons_returned(), -gains[FirstOf(*one)][1]);
    CheckGba(gains);
  }

  void CorrectIt(Allowed* one) {
    std::array<Group, 2> left;
    std::array<int64_t, 2> more = {};
    std::string persons, sensitive;
    if (one->exact) {
      left = {SomeOf(one->people[0]), SomeOf(one->people[1])};
      persons = BytesOf(left[0]);
      sensitive = BytesOf(left[1]);
    } else {
      // Nobody of the sensitive ones: the helper says ordinary ones only.
      const auto now =
          static_cast<int64_t>(Below(one->decision.charged_persons() + 1));
      more = {now - one->declared[0], -one->declared[1]};
      one->declared = {now, 0};
      persons = absl::StrCat(now);
    }
    const auto proposed =
        Correct(one->flow, one->decision, persons, "wang", "", sensitive);
    ASSERT_TRUE(proposed.ok()) << proposed.status();
    const auto confirmed = Correct(one->flow, one->decision, persons, "li",
                                   proposed->record_id(), sensitive);
    ASSERT_TRUE(confirmed.ok()) << confirmed.status();
    one->settled = true;
    const Gains gains = Leave(*one, left, more, one->years[0]);
    EXPECT_EQ(confirmed->persons_change(), gains[FirstOf(*one)][0]);
    EXPECT_EQ(confirmed->sensitive_persons_change(), gains[FirstOf(*one)][1]);
    CheckGba(gains);
  }

  void Compare() {
    for (auto& [number, year] : years_) {
      const ledger::Tally tally = Tally(number);
      const std::pair<ledger::People, ledger::People> kept[] = {
          {tally.counted, tally.counted_exact},
          {tally.exempt, tally.exempt_exact},
          {tally.list_exempt, tally.list_exempt_exact},
          {tally.gba, tally.gba_exact}};
      for (int i = 0; i < kTallies; ++i) {
        SCOPED_TRACE(testing::Message() << number << ", tally " << i);
        EXPECT_EQ(kept[i].first.persons, year.All(i, false));
        EXPECT_EQ(kept[i].first.sensitive, year.All(i, true));
        EXPECT_EQ(kept[i].second.persons, year.Exact(i, false));
        EXPECT_EQ(kept[i].second.sensitive, year.Exact(i, true));
      }
    }
  }

  const absl::Time turn_ = StartOfBeijingDay(*ParseDay("2027-01-01"));
  std::mt19937_64 random_;
  std::map<int32_t, Year> years_;
  std::vector<Allowed> allowed_;
};

TEST_F(CountingTest, TalliesAreTheFlowsThatCarriedEachPerson) {
  const uint64_t seed =
      FromEnvironment("TONGGUAN_SEED", std::random_device()());
  const uint64_t histories = FromEnvironment("TONGGUAN_HISTORIES", 40);
  std::cout << "TONGGUAN_SEED=" << seed << "\n";
  for (uint64_t i = 0; i < histories && !HasFailure(); ++i) {
    SCOPED_TRACE(testing::Message()
                 << "TONGGUAN_SEED=" << seed + i << " TONGGUAN_HISTORIES=1");
    Begin(seed + i);
    Run(90);
  }
}

// The same people under the GBA contract and without it, settled to nobody in
// either order: each tally is exact after every step.
TEST_F(CountingTest, WhoWentWithAndWithoutAGbaContractComesOffEachOnItsOwn) {
  for (const bool plain_first : {true, false}) {
    for (const bool settle_plain_first : {true, false}) {
      SCOPED_TRACE(testing::Message() << plain_first << settle_plain_first);
      Begin(1);
      v1::Flow plain = Flow("p", SetOf(0, 10));
      v1::Flow gba = Flow("g", SetOf(0, 10));
      MakeGba(&gba);
      v1::Decision decisions[2];
      for (const bool second : {false, true}) {
        const bool is_plain = plain_first != second;
        decisions[is_plain] = Decide(is_plain ? plain : gba);
        EXPECT_EQ(decisions[is_plain].charged_persons(), second ? 0 : 10);
      }
      EXPECT_EQ(Tally().counted.persons, 10);
      EXPECT_EQ(Tally().gba.persons, 10);
      for (const bool second : {false, true}) {
        const bool is_plain = settle_plain_first != second;
        const auto settled =
            Settle(is_plain ? plain : gba, decisions[is_plain], "");
        ASSERT_TRUE(settled.ok()) << settled.status();
        EXPECT_EQ(Tally().counted.persons, second ? 0 : 10);
        EXPECT_EQ(Tally().gba.persons, second || !is_plain ? 0 : 10);
      }
    }
  }
}

}  // namespace
}  // namespace tongguan::service
