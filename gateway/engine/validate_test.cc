// Malformed input is an error that names the field, never a verdict.
#include "gateway/engine/validate.h"

#include <functional>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/engine/region.h"
#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

// The paths that are refused after `spoil`.
std::vector<std::string> Refused(const std::function<void(v1::Flow&)>& spoil) {
  v1::Flow flow = TestFlow();
  spoil(flow);
  std::vector<std::string> paths;
  for (const v1::FieldViolation& violation : ValidateFlow(flow)) {
    EXPECT_FALSE(violation.code().empty());
    paths.push_back(violation.field());
  }
  return paths;
}

using Paths = std::vector<std::string>;

TEST(ValidateFlowTest, AWellFormedFlowPasses) {
  EXPECT_TRUE(ValidateFlow(TestFlow()).empty());
}

TEST(ValidateFlowTest, ExporterWithWrongCheckCharacter) {
  EXPECT_EQ(Refused([](v1::Flow& f) { f.set_exporter("91350100M000100Y44"); }),
            Paths{"flow.exporter"});
}

TEST(ValidateFlowTest, MistypedEnum) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.set_direction(static_cast<v1::Direction>(99));
            }),
            Paths{"flow.direction"});
  EXPECT_EQ(
      Refused([](v1::Flow& f) {
        f.mutable_items(0)->set_important(static_cast<v1::ImportantData>(-1));
      }),
      Paths{"flow.items[0].important"});
}

TEST(ValidateFlowTest, UnspecifiedIsNotAnAnswer) {
  EXPECT_EQ(Refused([](v1::Flow& f) { f.mutable_items(0)->clear_important(); }),
            Paths{"flow.items[0].important"});
  EXPECT_EQ(Refused([](v1::Flow& f) { f.clear_origin(); }),
            Paths{"flow.origin"});
  EXPECT_EQ(Refused([](v1::Flow& f) { f.mutable_duties()->clear_notice(); }),
            Paths{"flow.duties.notice"});
  EXPECT_EQ(Refused([](v1::Flow& f) { f.clear_purpose(); }),
            Paths{"flow.purpose"});
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.mutable_purpose()->mutable_human_resources();
            }).size(),
            3u);
}

TEST(ValidateFlowTest, NegativeAndOverflowingCounts) {
  for (int64_t count : {int64_t{-1}, kMaxPeople + 1, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(Refused([count](v1::Flow& f) {
                f.mutable_people()->mutable_declared()->set_persons(count);
              }),
              Paths{"flow.people.declared.persons"});
  }
}

TEST(ValidateFlowTest, MoreNewPeopleThanPeople) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.mutable_people()->mutable_declared()->set_new_persons(501);
            }),
            Paths{"flow.people.declared.new_persons"});
}

TEST(ValidateFlowTest, SensitivePeopleWithoutPersonalItems) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.mutable_items(0)->set_personal(v1::FACT_NO);
              auto* people = f.mutable_people()->mutable_declared();
              people->set_persons(0);
              people->set_sensitive_persons(1);
            }),
            Paths{"flow.people.declared"});
}

TEST(ValidateFlowTest, SensitiveItemsWithoutSensitivePeople) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.mutable_items(0)->set_sensitive(v1::FACT_YES);
            }),
            Paths{"flow.people.declared.sensitive_persons"});
}

// The codes of what is refused, with one item and these people.
Paths RefusedPeople(const char* item, int64_t persons, int64_t sensitive,
                    const std::function<void(v1::Flow&)>& spoil = {}) {
  v1::Flow flow = TestFlow();
  flow.clear_items();
  AddItem(&flow, item, v1::FACT_YES,
          std::string(item) == "iban" ? v1::FACT_YES : v1::FACT_NO);
  auto* people = flow.mutable_people()->mutable_declared();
  people->set_persons(persons);
  people->set_sensitive_persons(sensitive);
  if (spoil) spoil(flow);
  Paths codes;
  for (const v1::FieldViolation& violation : ValidateFlow(flow)) {
    codes.push_back(violation.code());
  }
  return codes;
}

TEST(ValidateFlowTest, PersonalDataOfNobody) {
  EXPECT_EQ(RefusedPeople("name", 0, 0), Paths{"wrong.no_ordinary_people"});
  EXPECT_EQ(RefusedPeople("iban", 0, 0), Paths{"wrong.no_sensitive_people"});
  EXPECT_EQ(RefusedPeople("iban", 5, 0), Paths{"wrong.no_sensitive_people"});
  EXPECT_EQ(RefusedPeople("name", 1, 0), Paths{});
  EXPECT_EQ(RefusedPeople("iban", 0, 1), Paths{});
}

// Who goes in both kinds is counted in both (reference: N and S).
TEST(ValidateFlowTest, OrdinaryItemsBesideSensitiveOnesOfNobody) {
  const auto add_iban = [](v1::Flow& f) {
    AddItem(&f, "iban", v1::FACT_YES, v1::FACT_YES);
  };
  EXPECT_EQ(RefusedPeople("name", 0, 9, add_iban),
            Paths{"wrong.no_ordinary_people"});
  EXPECT_EQ(RefusedPeople("name", 0, 0, add_iban),
            (Paths{"wrong.no_ordinary_people", "wrong.no_sensitive_people"}));
  EXPECT_EQ(RefusedPeople("name", 9, 9, add_iban), Paths{});
}

TEST(ValidateFlowTest, PeopleUnderFourteenMayStandInEitherNumber) {
  const auto under_14 = [](v1::Flow& f) {
    f.mutable_duties()->set_under_14(v1::FACT_YES);
    f.mutable_duties()->set_guardian_consent(v1::FACT_YES);
  };
  EXPECT_EQ(RefusedPeople("iban", 5, 0, under_14), Paths{});
  EXPECT_EQ(RefusedPeople("name", 0, 5, under_14), Paths{});
  EXPECT_EQ(RefusedPeople("iban", 0, 0, under_14),
            Paths{"wrong.no_sensitive_people"});
  EXPECT_EQ(RefusedPeople("name", 0, 0, under_14),
            Paths{"wrong.no_ordinary_people"});
}

TEST(ValidateFlowTest, PseudonymsOfNobody) {
  const auto nobody = [](v1::Flow& f) {
    f.mutable_people()->mutable_exact()->set_key_id("k");
  };
  EXPECT_EQ(RefusedPeople("name", 0, 0, nobody),
            Paths{"wrong.no_ordinary_people"});
  EXPECT_EQ(RefusedPeople("iban", 0, 0, nobody),
            Paths{"wrong.no_sensitive_people"});
}

TEST(ValidateFlowTest, NobodyIsAskedForWhereNothingLeavesOrNothingIsKnown) {
  const auto inbound = [](v1::Flow& f) {
    f.set_direction(v1::DIRECTION_INBOUND);
  };
  EXPECT_EQ(RefusedPeople("name", 0, 0, inbound), Paths{});
  const auto anonymised = [](v1::Flow& f) {
    f.mutable_items(0)->set_transform(v1::TRANSFORM_ANONYMISED);
  };
  EXPECT_EQ(RefusedPeople("iban", 0, 0, anonymised), Paths{});
  const auto unknown = [](v1::Flow& f) {
    f.mutable_items(0)->set_personal(v1::FACT_UNKNOWN);
  };
  EXPECT_EQ(RefusedPeople("name", 0, 0, unknown), Paths{});
  const auto staged = [](v1::Flow& f) {
    f.mutable_people()->mutable_staged()->set_digest(std::string(32, 'd'));
  };
  EXPECT_EQ(RefusedPeople("name", 0, 0, staged), Paths{});
}

TEST(ValidateFlowTest, SensitiveButNotPersonal) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              AddItem(&f, "x", v1::FACT_NO, v1::FACT_YES);
              f.mutable_people()->mutable_declared()->set_sensitive_persons(1);
            }),
            Paths{"flow.items[1].personal"});
}

TEST(ValidateFlowTest, AnItemNamedTwice) {
  EXPECT_EQ(Refused([](v1::Flow& f) { AddItem(&f, "name", v1::FACT_NO); }),
            Paths{"flow.items[1].name"});
}

// Names that end alike too, whichever stands first.
TEST(ValidateFlowTest, AnyItemNamedTwiceAmongMany) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::vector<std::string> kStarts = {"", "a", "b", "aa", "数据", "新数"};
  for (int i = 0; i < 1'000; ++i) {
    std::set<std::string> seen = {"name"};
    Paths twice;
    const auto add_items = [&](v1::Flow& f) {
      for (int k = 1; k < 60; ++k) {
        const std::string name = absl::StrCat(
            kStarts[random() % kStarts.size()], "column_", random() % 40);
        AddItem(&f, name, v1::FACT_NO);
        if (seen.insert(name).second) continue;
        twice.push_back(absl::StrCat("flow.items[", k, "].name"));
      }
    };
    Paths refused = Refused(add_items);
    if (twice.size() > 20) twice.resize(20);  // No more are told.
    ASSERT_EQ(refused, twice);
  }
}

TEST(ValidateFlowTest, NamesThatAreFreeText) {
  for (const char* name : {"", "a b", "=1+1", "a\n", "\xff", "a@b.cn"}) {
    EXPECT_EQ(
        Refused([name](v1::Flow& f) { f.mutable_items(0)->set_name(name); }),
        Paths{"flow.items[0].name"})
        << name;
  }
  EXPECT_TRUE(Refused([](v1::Flow& f) {
                f.mutable_items(0)->set_name("车辆识别代号.vin-17_a");
              }).empty());
}

TEST(ValidateFlowTest, MissingParts) {
  EXPECT_EQ(Refused([](v1::Flow& f) { f.clear_recipient(); }),
            Paths{"flow.recipient"});
  EXPECT_EQ(Refused([](v1::Flow& f) { f.clear_people(); }),
            Paths{"flow.people"});
  EXPECT_EQ(Refused([](v1::Flow& f) { f.clear_duties(); }),
            Paths{"flow.duties"});
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.clear_items();
              f.clear_people();
            }),
            Paths{"flow.items"});
}

TEST(ValidateFlowTest, GuardiansConsentIsAskedUnderFourteen) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.mutable_duties()->set_under_14(v1::FACT_YES);
            }),
            Paths{"flow.duties.guardian_consent"});
}

TEST(ValidateFlowTest, MainlandIsNotAbroad) {
  EXPECT_EQ(
      Refused([](v1::Flow& f) { f.mutable_recipient()->set_region("CN"); }),
      Paths{"flow.recipient.region"});
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.mutable_recipient()->set_region("Singapore");
            }),
            Paths{"flow.recipient.region"});
}

// ISO 3166-1.
TEST(ValidateFlowTest, OfAllPairsOfBytes249AreRegions) {
  int regions = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char code[] = {static_cast<char>(first), static_cast<char>(second)};
      regions += IsRegion(absl::string_view(code, 2)) ? 1 : 0;
    }
  }
  EXPECT_EQ(regions, 249);
}

// ISO 3166-1: reserved, withdrawn, or left to users.
TEST(ValidateFlowTest, CodesThatStandForNoCountryAreNoRegions) {
  for (const char* code :
       {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "FX", "IC", "SU",
        "TA", "UK", "UN", "AN", "BU", "CS", "DD", "NT", "TP", "YU",
        "YD", "ZR", "AA", "QM", "QZ", "XA", "XK", "XZ", "ZZ"}) {
    EXPECT_FALSE(IsRegion(code)) << code;
  }
}

TEST(ValidateFlowTest, ARegionThatIsNoCountrysCode) {
  for (const char* region : {"CN-HK", "ZZ", "sg", "", "S ", "XK", "US-CA"}) {
    EXPECT_EQ(
        Refused([region](v1::Flow& f) {
          f.mutable_recipient()->set_region(region);
          f.mutable_recipient()->add_onward()->set_organization_id("A");
          f.mutable_recipient()->mutable_onward(0)->set_region(region);
        }),
        (Paths{"flow.recipient.region", "flow.recipient.onward[0].region"}))
        << region;
  }
  for (const char* region : {"HK", "MO", "TW", "AD", "ZW", "SG"}) {
    EXPECT_EQ(Refused([region](v1::Flow& f) {
                f.mutable_recipient()->set_region(region);
              }),
              Paths{})
        << region;
  }
}

TEST(ValidateFlowTest, AnEnumsViolationListsItsValues) {
  v1::Flow flow = TestFlow();
  flow.mutable_items(0)->set_personal(static_cast<v1::Fact>(9));
  flow.clear_direction();
  const auto violations = ValidateFlow(flow);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].code(), "wrong.not_answered");
  EXPECT_EQ(violations[0].operands(0),
            "DIRECTION_OUTBOUND, DIRECTION_INBOUND, DIRECTION_ONSHORE_ACCESS, "
            "DIRECTION_REMOTE_ACCESS");
  EXPECT_EQ(violations[1].code(), "wrong.unknown_value");
  EXPECT_EQ(violations[1].operands(0), "9");
  EXPECT_EQ(violations[1].operands(1), "FACT_YES, FACT_NO, FACT_UNKNOWN");
}

TEST(ValidateFlowTest, PeopleThatAreNotDeclared) {
  const auto code = [](const std::function<void(v1::People*)>& set) {
    v1::Flow flow = TestFlow();
    flow.clear_people();
    set(flow.mutable_people());
    const auto violations = ValidateFlow(flow);
    return violations.empty() ? "" : violations[0].code();
  };
  EXPECT_EQ(code([](v1::People*) {}), "wrong.no_people");
  EXPECT_EQ(code([](v1::People* p) { p->mutable_exact(); }),
            "wrong.not_identifier");  // The key.
  EXPECT_EQ(code([](v1::People* p) { p->mutable_staged(); }),
            "wrong.staged_digest");
  EXPECT_EQ(code([](v1::People* p) {
              p->mutable_exact()->set_key_id("k");
              p->mutable_exact()->set_persons("15 bytes, no 16");
            }),
            "wrong.people_set");
}

TEST(ValidateFlowTest, AccessWithoutOnshoreAccess) {
  EXPECT_EQ(Refused([](v1::Flow& f) { f.mutable_access(); }),
            Paths{"flow.access"});
  EXPECT_EQ(Refused([](v1::Flow& f) {
              f.set_direction(v1::DIRECTION_ONSHORE_ACCESS);
            }),
            Paths{"flow.access"});
}

TEST(ValidateFlowTest, UnknownFieldsAtDepth) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              v1::DataItem* item = f.mutable_items(0);
              item->GetReflection()->MutableUnknownFields(item)->AddVarint(900,
                                                                           1);
            }),
            Paths{"flow.items[0]"});
}

TEST(ValidateFlowTest, TooManyItemsAndAtMostTwentyViolations) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              for (int i = 0; i < kMaxItems; ++i) {
                AddItem(&f, absl::StrCat("c", i), v1::FACT_NO);
              }
            }),
            Paths{"flow.items"});
  EXPECT_EQ(Refused([](v1::Flow& f) {
              for (int i = 0; i < 100; ++i) f.add_items();
            }).size(),
            20u);
}

TEST(ValidateFlowTest, ARegimeClaimedAndDenied) {
  const auto claim = [](v1::Flow& f, v1::SpecialRegime regime) {
    v1::SpecialRegimeClaim* added = f.add_special_regimes();
    added->set_regime(regime);
    return added;
  };
  EXPECT_EQ(
      Refused([&](v1::Flow& f) {
        claim(f, v1::SPECIAL_REGIME_CORE_DATA)->set_does_not_apply(true);
        claim(f, v1::SPECIAL_REGIME_STATE_SECRET)->set_licence(v1::FACT_NO);
      }),
      Paths{});
  EXPECT_EQ(Refused([&](v1::Flow& f) {
              claim(f, v1::SPECIAL_REGIME_CORE_DATA)->set_does_not_apply(true);
              claim(f, v1::SPECIAL_REGIME_CORE_DATA)->set_licence(v1::FACT_NO);
            }),
            Paths{"flow.special_regimes[1].does_not_apply"});
  EXPECT_EQ(
      Refused([&](v1::Flow& f) { claim(f, v1::SPECIAL_REGIME_CORE_DATA); }),
      Paths{"flow.special_regimes[0].licence"});
}

TEST(ValidateFlowTest, AConditionAnsweredTwice) {
  EXPECT_EQ(Refused([](v1::Flow& f) {
              for (int i = 0; i < 2; ++i) {
                f.add_conditions()->set_condition("no_face");
                f.mutable_conditions(i)->set_holds(v1::FACT_YES);
              }
            }),
            Paths{"flow.conditions[1].condition"});
}

}  // namespace
}  // namespace tongguan::engine
