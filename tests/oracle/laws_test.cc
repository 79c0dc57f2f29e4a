// Laws that must always hold, whatever the policy and the flow. Every changed
// flow is a well-formed one; changes that make it contradictory are left out.
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/policy/testing.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/world.h"

namespace tongguan::oracle {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Runs `law` on random questions until enough were tried or it failed often.
// `law` says whether it applied.
struct Trial {
  uint64_t seed;
  const policy::Source& source;
  const policy::Snapshot& policy;
  Random& random;
  const Asked& asked;
  const v1::Decision& before;
};
using Law = std::function<bool(const Trial&)>;

void Try(bool monotone, const Law& law) {
  const int64_t flows = FlowsToTry(100'000);
  int64_t tried = 0;
  int64_t applied = 0;
  for (uint64_t seed = FirstSeed(); tried < flows; ++seed) {
    Random random(seed);
    const policy::Source source = RandomPolicy(&random, monotone);
    const auto snapshot = policy::MustCompile(source);
    for (int64_t i = 0; i < kFlowsAPolicy; ++i, ++tried) {
      const Asked asked = RandomQuestion(&random, source);
      const v1::Decision before = AskEngine(*snapshot, asked);
      if (law({seed, source, *snapshot, random, asked, before})) ++applied;
      if (testing::Test::HasFailure()) return;
    }
  }
  std::cout << tried << " flows, applied to " << applied << "\n";
  EXPECT_GT(applied, flows / 100) << "the law was hardly tried";
}

// The change must not make less of the flow.
bool NeverLowers(const Trial& trial, const Asked& changed) {
  if (!WellFormed(changed.flow)) return false;
  const v1::Decision after = AskEngine(trial.policy, changed);
  const bool lowered =
      Strictness(after.requirement()) < Strictness(trial.before.requirement());
  const bool freed = trial.before.verdict() == v1::VERDICT_ASSESS &&
                     after.verdict() == v1::VERDICT_ALLOW;
  EXPECT_FALSE(lowered || freed)
      << Describe(trial.seed, trial.source, trial.asked) << "CHANGED TO\n"
      << changed.flow.DebugString() << "before:\n"
      << ToString(AnswerOf(trial.before)) << "after:\n"
      << ToString(AnswerOf(after));
  return true;
}

// Parts that a flow with personal items must have.
void MakeComplete(v1::Flow* flow) {
  v1::DeclaredPeople* people = flow->mutable_people()->mutable_declared();
  for (const v1::DataItem& item : flow->items()) {
    if (item.sensitive() == v1::FACT_YES) {
      people->set_sensitive_persons(
          std::max<int64_t>(1, people->sensitive_persons()));
    } else if (item.personal() == v1::FACT_YES) {
      people->set_persons(std::max<int64_t>(1, people->persons()));
    }
  }
  if (flow->has_duties()) return;
  v1::Duties* duties = flow->mutable_duties();
  duties->set_notice(v1::NOTICE_GIVEN);
  duties->set_separate_consent(v1::SEPARATE_CONSENT_OBTAINED);
  duties->set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  duties->set_pipia(v1::FACT_YES);
  duties->set_under_14(v1::FACT_NO);
}

TEST(LawTest, AddingAnItemNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    Asked changed = trial.asked;
    *changed.flow.add_items() = RandomItem(&trial.random, "one_more");
    if (changed.flow.items().rbegin()->personal() != v1::FACT_NO) {
      MakeComplete(&changed.flow);
    }
    return NeverLowers(trial, changed);
  });
}

// With known counters. With an unknown one more people may make known what was
// not: a row of a list's assessment part, once reached, stands in place of the
// volume rules that could not be read.
TEST(LawTest, AddingPeopleNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    const Totals& totals = trial.asked.before;
    if (!totals.persons || !totals.sensitive || !totals.group_persons ||
        !trial.asked.flow.has_people()) {
      return false;
    }
    Asked changed = trial.asked;
    v1::DeclaredPeople* people =
        changed.flow.mutable_people()->mutable_declared();
    const int64_t more =
        trial.random.Pick<int64_t>({1, 2, 10'000, 100'000, 1'000'000});
    if (trial.random.Percent(50)) {
      people->set_persons(people->persons() + more);
      if (people->has_new_persons()) {
        people->set_new_persons(people->new_persons() + more);
      }
    } else {
      people->set_sensitive_persons(people->sensitive_persons() + more);
      if (people->has_new_sensitive_persons()) {
        people->set_new_sensitive_persons(people->new_sensitive_persons() +
                                          more);
      }
    }
    return NeverLowers(trial, changed);
  });
}

bool HasHeadings(const policy::Source& source) {
  for (const policy::List& list : source.lists) {
    for (const v1::ListRow& row : list.rows) {
      if (row.data_class().empty()) return true;
    }
  }
  return false;
}

// With known counters, as above. Headings hold the sector that they name, and
// the automotive number may hang on the sector alone. Beside a row of another
// sector that asks an assessment it does not matter any more whether the row of
// the stated sector, which counts what is not known, asks one.
TEST(LawTest, LeavingTheSectorOutNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    const Totals& totals = trial.asked.before;
    if (!totals.persons || !totals.sensitive || !totals.group_persons ||
        trial.asked.flow.sector().empty() ||
        trial.asked.flow.sector() == "automotive" ||
        HasHeadings(trial.source)) {
      return false;
    }
    Asked changed = trial.asked;
    changed.flow.set_sector(trial.random.Pick({"", "no_such_sector"}));
    const v1::Decision after = AskEngine(trial.policy, changed);
    if (trial.before.requirement() == v1::MECHANISM_NOT_DETERMINABLE &&
        after.requirement() == v1::MECHANISM_SECURITY_ASSESSMENT) {
      return true;
    }
    return NeverLowers(trial, changed);
  });
}

// Which item to mark; none of those whose declaration is doubted or unknown:
// a mark may be the answer that was missing, and then it lowers rightly.
int ItemToMark(const Trial& trial) {
  const int at = trial.random.Below(trial.asked.flow.items_size());
  return trial.before.items(at).mechanism() == v1::MECHANISM_NOT_DETERMINABLE
             ? -1
             : at;
}

TEST(LawTest, ASensitiveMarkNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    const int at = ItemToMark(trial);
    if (at < 0) return false;
    Asked changed = trial.asked;
    v1::DataItem* item = changed.flow.mutable_items(at);
    if (item->sensitive() != v1::FACT_NO) return false;
    item->set_personal(v1::FACT_YES);
    item->set_sensitive(v1::FACT_YES);
    MakeComplete(&changed.flow);
    return NeverLowers(trial, changed);
  });
}

TEST(LawTest, AnImportantDataMarkNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    const int at = ItemToMark(trial);
    if (at < 0) return false;
    Asked changed = trial.asked;
    v1::DataItem* item = changed.flow.mutable_items(at);
    if (item->important() != v1::IMPORTANT_DATA_NO &&
        item->important() != v1::IMPORTANT_DATA_SELF_IDENTIFIED) {
      return false;
    }
    item->set_important(trial.random.Pick({v1::IMPORTANT_DATA_NOTIFIED,
                                           v1::IMPORTANT_DATA_PUBLISHED,
                                           v1::IMPORTANT_DATA_UNKNOWN}));
    return NeverLowers(trial, changed);
  });
}

// A field of type Fact somewhere in a message.
struct FactField {
  Message* message;
  const FieldDescriptor* field;
};

void FindFacts(Message* message, std::vector<FactField>* facts) {
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM &&
        field->enum_type() == v1::Fact_descriptor()) {
      if (reflection->GetEnumValue(*message, field) != v1::FACT_UNKNOWN) {
        facts->push_back({message, field});
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        FindFacts(reflection->MutableMessage(message, field), facts);
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        FindFacts(reflection->MutableRepeatedMessage(message, field, i), facts);
      }
    }
  }
}

TEST(LawTest, AnUnknownFactNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    Asked changed = trial.asked;
    std::vector<FactField> facts;
    FindFacts(&changed.flow, &facts);
    const FactField fact = facts[trial.random.Below(facts.size())];
    fact.message->GetReflection()->SetEnumValue(fact.message, fact.field,
                                                v1::FACT_UNKNOWN);
    return NeverLowers(trial, changed);
  });
}

TEST(LawTest, AnUnknownAnswerBesideFactsNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    Asked changed = trial.asked;
    v1::Flow& flow = changed.flow;
    switch (trial.random.Below(5)) {
      case 0:
        if (!flow.has_duties()) return false;
        flow.mutable_duties()->set_notice(v1::NOTICE_UNKNOWN);
        flow.mutable_duties()->set_separate_consent(
            v1::SEPARATE_CONSENT_UNKNOWN);
        break;
      case 1:
        if (!flow.has_duties()) return false;
        flow.mutable_duties()->set_legal_basis(v1::LEGAL_BASIS_UNKNOWN);
        break;
      case 2:
        flow.mutable_recipient()->set_relation(v1::RELATION_UNKNOWN);
        break;
      case 3:
        if (!flow.has_access()) return false;
        flow.mutable_access()->set_accessor_place(v1::PLACE_UNKNOWN);
        break;
      default:
        if (flow.origin() == v1::ORIGIN_OVERSEAS &&
            flow.domestic_data_added() == v1::FACT_UNKNOWN) {
          return false;  // Unknown before: read as domestic it is known.
        }
        flow.set_origin(v1::ORIGIN_UNKNOWN);
        flow.clear_domestic_data_added();
    }
    return NeverLowers(trial, changed);
  });
}

TEST(LawTest, AnUnknownCounterNeverLowers) {
  Try(/*monotone=*/true, [](const Trial& trial) {
    Asked changed = trial.asked;
    if (trial.random.Percent(50)) {
      changed.before.persons.reset();
    } else {
      changed.before.sensitive.reset();
    }
    return NeverLowers(trial, changed);
  });
}

// Every item of an allowed flow is satisfied, and its requirement is covered by
// what is relied on.
TEST(LawTest, AllowLeavesNoItemUnsatisfied) {
  Try(/*monotone=*/false, [](const Trial& trial) {
    if (trial.before.verdict() != v1::VERDICT_ALLOW) return false;
    EXPECT_EQ(trial.before.items_size(), trial.asked.flow.items_size());
    for (const v1::ItemVerdict& item : trial.before.items()) {
      EXPECT_TRUE(item.satisfied())
          << Describe(trial.seed, trial.source, trial.asked)
          << trial.before.DebugString();
    }
    EXPECT_LE(Strictness(trial.before.requirement()), 2);
    return true;
  });
}

TEST(LawTest, TheSameInputsGiveTheSameBytes) {
  Try(/*monotone=*/false, [](const Trial& trial) {
    EXPECT_EQ(BytesOf(trial.before),
              BytesOf(AskEngine(trial.policy, trial.asked)));
    return true;
  });
}

// Laws of the policy: `change` makes another policy, `check` compares what is
// decided under it with what was decided before.
using Change = std::function<void(Random*, policy::Source*)>;
using Check =
    std::function<void(const v1::Decision& before, const v1::Decision& after)>;

void TryPolicies(const Change& change, const Check& check) {
  const int64_t flows = FlowsToTry(100'000);
  int64_t tried = 0;
  for (uint64_t seed = FirstSeed(); tried < flows; ++seed) {
    Random random(seed);
    const policy::Source source = RandomPolicy(&random, /*monotone=*/false);
    policy::Source changed = source;
    change(&random, &changed);
    const auto policy = policy::MustCompile(source);
    const auto other = policy::MustCompile(changed);
    for (int64_t i = 0; i < kFlowsAPolicy; ++i, ++tried) {
      const Asked asked = RandomQuestion(&random, source);
      const v1::Decision before = AskEngine(*policy, asked);
      const v1::Decision after = AskEngine(*other, asked);
      check(before, after);
      if (!testing::Test::HasFailure()) continue;
      ADD_FAILURE() << Describe(seed, changed, asked) << "before:\n"
                    << ToString(AnswerOf(before)) << "after:\n"
                    << ToString(AnswerOf(after));
      return;
    }
  }
}

TEST(LawTest, AFilingNeverTurnsAllowIntoAssess) {
  int64_t helped = 0;
  TryPolicies(
      [](Random* random, policy::Source* policy) {
        for (int i = 0; i < 4; ++i) {
          *policy->registry[0].add_filings() =
              RandomFiling(random, *policy, absl::StrCat("more", i));
        }
      },
      [&helped](const v1::Decision& before, const v1::Decision& after) {
        if (before.verdict() == v1::VERDICT_ALLOW) {
          EXPECT_EQ(after.verdict(), v1::VERDICT_ALLOW);
        }
        helped += before.verdict() != after.verdict();
      });
  EXPECT_GT(helped, 0);
}

TEST(LawTest, AGreenChannelChangesNothingButTheLaneOfAnAssess) {
  int64_t expedited = 0;
  TryPolicies(
      [](Random*, policy::Source* policy) {
        for (size_t i = 0; i + 1 < Exporters().size(); ++i) {
          v1::GreenChannelRegistration* green =
              policy->registry[0].add_registrations();
          green->set_id(absl::StrCat("more", i));
          green->set_exporter(Exporters()[i]);
          green->set_programme("Test");
          green->set_granting_body("Test");
          green->set_contact("Test");
          green->set_granted("2026-01-01");
          green->set_valid_to("2026-12-31");
        }
      },
      [&expedited](const v1::Decision& before, const v1::Decision& after) {
        Answer with = AnswerOf(after);
        Answer without = AnswerOf(before);
        if (with.verdict == v1::VERDICT_ASSESS) without.lane = with.lane;
        EXPECT_EQ(ToString(with), ToString(without));
        expedited += before.lane() != after.lane();
      });
  EXPECT_GT(expedited, 0);
}

TEST(LawTest, OwnershipChangesNothingButTheLaneOfAnAssess) {
  int64_t lanes = 0;
  TryPolicies(
      [](Random* random, policy::Source* policy) {
        for (v1::RegistryShard& shard : policy->registry) {
          for (v1::Enterprise& one : *shard.mutable_enterprises()) {
            one.set_foreign_invested(
                random->Pick({v1::FACT_YES, v1::FACT_NO, v1::FACT_UNKNOWN}));
          }
        }
      },
      [&lanes](const v1::Decision& before, const v1::Decision& after) {
        Answer with = AnswerOf(after);
        Answer without = AnswerOf(before);
        if (with.verdict == v1::VERDICT_ASSESS) without.lane = with.lane;
        EXPECT_EQ(ToString(with), ToString(without));
        lanes += before.lane() != after.lane();
      });
  EXPECT_GT(lanes, 0);
}

TEST(LawTest, AShuffledPolicyGivesTheSameBytes) {
  TryPolicies(
      [](Random* random, policy::Source* policy) {
        *policy = Shuffled(random, *policy);
      },
      [](const v1::Decision& before, const v1::Decision& after) {
        EXPECT_EQ(BytesOf(before), BytesOf(after));
      });
}

}  // namespace
}  // namespace tongguan::oracle
