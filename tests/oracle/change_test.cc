// The smallest change really is a change that gives ALLOW, and no smaller one
// of its kind does.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/policy/testing.h"
#include "gtest/gtest.h"
#include "tests/oracle/ask.h"

namespace tongguan::oracle {
namespace {

void KeepDuty(v1::Missing duty, v1::Duties* duties) {
  switch (duty) {
    case v1::MISSING_NOTICE:
    case v1::MISSING_SENSITIVE_NOTICE:
      duties->set_notice(v1::NOTICE_GIVEN);
      return;
    case v1::MISSING_SEPARATE_CONSENT:
      duties->set_separate_consent(v1::SEPARATE_CONSENT_OBTAINED);
      return;
    case v1::MISSING_PIPIA:
      duties->set_pipia(v1::FACT_YES);
      return;
    case v1::MISSING_GUARDIAN_CONSENT:
      duties->set_guardian_consent(v1::FACT_YES);
      return;
    default:
      ADD_FAILURE() << v1::Missing_Name(duty) << " is no duty";
  }
}

// Leaves items out; people of a class none of whose items remains fall away.
void DropItems(const std::set<uint32_t>& dropped, v1::Flow* flow) {
  if (dropped.empty()) return;
  const v1::Flow whole = *flow;
  flow->clear_items();
  bool ordinary = false;
  bool sensitive = false;
  for (int i = 0; i < whole.items_size(); ++i) {
    if (dropped.count(i) > 0) continue;
    const v1::DataItem& item = whole.items(i);
    *flow->add_items() = item;
    if (item.transform() == v1::TRANSFORM_ANONYMISED) continue;
    ordinary |=
        item.personal() != v1::FACT_NO && item.sensitive() != v1::FACT_YES;
    sensitive |= item.sensitive() != v1::FACT_NO;
  }
  if (!flow->has_people()) return;
  v1::DeclaredPeople* people = flow->mutable_people()->mutable_declared();
  if (!ordinary) {
    people->clear_persons();
    people->clear_new_persons();
  }
  if (!sensitive) {
    people->clear_sensitive_persons();
    people->clear_new_sensitive_persons();
  }
}

// The numbers are of people who are new, which all are where the flow or a
// switch does not say otherwise.
// Of the people who stay no more are known than the year had before.
void LowerPeople(const v1::Change& change, bool all_new, const Totals& before,
                 v1::Flow* flow) {
  v1::DeclaredPeople* people = flow->mutable_people()->mutable_declared();
  if (people->has_new_persons() && !all_new) {
    people->set_new_persons(change.persons());
    people->set_persons(std::min(
        people->persons(), change.persons() + before.persons.value_or(0)));
  } else {
    people->clear_new_persons();
    people->set_persons(change.persons());
  }
  if (people->has_new_sensitive_persons() && !all_new) {
    people->set_new_sensitive_persons(change.sensitive_persons());
    people->set_sensitive_persons(
        std::min(people->sensitive_persons(),
                 change.sensitive_persons() + before.sensitive.value_or(0)));
  } else {
    people->clear_new_sensitive_persons();
    people->set_sensitive_persons(change.sensitive_persons());
  }
}

// Whether all steps are ones that the flow itself can make.
bool OfTheFlow(const v1::Decision& decision) {
  for (const v1::Change& change : decision.smallest_change()) {
    if (change.kind() != v1::CHANGE_KIND_KEEP_DUTIES &&
        change.kind() != v1::CHANGE_KIND_DROP_ITEMS &&
        change.kind() != v1::CHANGE_KIND_LOWER_PEOPLE) {
      return false;
    }
  }
  return decision.smallest_change_size() > 0;
}

// The flow with every step made, but only these items left out.
v1::Flow Changed(const Asked& asked, bool all_new, const v1::Decision& decision,
                 const std::set<uint32_t>& dropped) {
  v1::Flow changed = asked.flow;
  for (const v1::Change& change : decision.smallest_change()) {
    if (change.kind() == v1::CHANGE_KIND_LOWER_PEOPLE) {
      LowerPeople(change, all_new, asked.before, &changed);
    }
    for (int duty : change.duties()) {
      KeepDuty(static_cast<v1::Missing>(duty), changed.mutable_duties());
    }
  }
  DropItems(dropped, &changed);
  return changed;
}

std::set<uint32_t> Dropped(const v1::Decision& decision) {
  std::set<uint32_t> dropped;
  for (const v1::Change& change : decision.smallest_change()) {
    if (change.kind() != v1::CHANGE_KIND_DROP_ITEMS) continue;
    dropped.insert(change.items().begin(), change.items().end());
  }
  return dropped;
}

// What is wrong with the change, or nothing: of the subsets of what is dropped
// only the whole may give ALLOW.
std::string Fault(const policy::Snapshot& policy, const Asked& asked,
                  const v1::Decision& decision) {
  const bool all_new = policy.regime().take_all_declared_as_new().on();
  const std::set<uint32_t> dropped = Dropped(decision);
  const std::vector<uint32_t> all(dropped.begin(), dropped.end());
  const uint32_t whole = (1u << all.size()) - 1;
  for (uint32_t subset = 0; subset <= whole; ++subset) {
    std::set<uint32_t> some;
    for (size_t i = 0; i < all.size(); ++i) {
      if ((subset >> i) & 1) some.insert(all[i]);
    }
    Asked changed = asked;
    changed.flow = Changed(asked, all_new, decision, some);
    if (!WellFormed(changed.flow)) {
      if (subset == whole) return "the changed flow is not well-formed";
      continue;
    }
    const bool allowed =
        AskEngine(policy, changed).verdict() == v1::VERDICT_ALLOW;
    if (subset == whole && !allowed) return "the change does not give ALLOW";
    if (subset != whole && allowed) return "fewer items would do";
  }
  return "";
}

TEST(SmallestChangeTest, GivesAllowAndNoSubsetOfTheItemsDoes) {
  const int64_t flows = FlowsToTry(100'000);
  int64_t tried = 0;
  int64_t checked = 0;
  int64_t kinds[v1::ChangeKind_ARRAYSIZE] = {};
  std::map<std::string, int64_t> faults;
  for (uint64_t seed = FirstSeed(); tried < flows; ++seed) {
    Random random(seed);
    const policy::Source source = RandomPolicy(&random, /*monotone=*/true);
    const auto policy = policy::MustCompile(source);
    for (int64_t i = 0; i < kFlowsAPolicy; ++i, ++tried) {
      const Asked asked = RandomQuestion(&random, source);
      const v1::Decision decision = AskEngine(*policy, asked);
      for (const v1::Change& change : decision.smallest_change()) {
        ++kinds[change.kind()];
      }
      if (decision.verdict() == v1::VERDICT_ALLOW) {
        EXPECT_EQ(decision.smallest_change_size(), 0);
        continue;
      }
      if (!OfTheFlow(decision)) continue;
      ++checked;
      const std::string fault = Fault(*policy, asked, decision);
      if (fault.empty() || ++faults[fault] > 1) continue;
      ADD_FAILURE() << fault << "\n"
                    << Describe(seed, source, asked) << decision.DebugString();
    }
  }
  for (const auto& [fault, count] : faults) {
    ADD_FAILURE() << count << " of " << checked << ": " << fault;
  }
  for (int kind = 1; kind < v1::ChangeKind_ARRAYSIZE; ++kind) {
    std::cout << v1::ChangeKind_Name(kind) << ": " << kinds[kind] << "\n";
    EXPECT_GT(kinds[kind], 0) << v1::ChangeKind_Name(kind);
  }
}

}  // namespace
}  // namespace tongguan::oracle
