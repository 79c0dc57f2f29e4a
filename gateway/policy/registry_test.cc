#include "gateway/policy/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/policy/calendar.h"
#include "gateway/policy/regime.h"
#include "gateway/policy/registry_builder.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Eq;
using ::testing::Pointee;
using ::testing::StartsWith;

Day D(absl::string_view text) { return ParseDay(text).value(); }

v1::RegistryShard TestShard() { return TestSource().registry[0]; }

absl::StatusOr<std::unique_ptr<const Registry>> TryCompile(
    const std::vector<v1::RegistryShard>& shards) {
  const Calendar calendar = Calendar::Compile(TestSource().calendar).value();
  Registry::Builder builder(PeriodsOf(TestRegime()), calendar);
  for (const v1::RegistryShard& shard : shards) {
    const absl::Status added = builder.Add(shard);
    if (!added.ok()) return added;
  }
  return builder.Build();
}

std::unique_ptr<const Registry> Compile(const v1::RegistryShard& shard) {
  auto registry = TryCompile({shard});
  EXPECT_TRUE(registry.ok()) << registry.status();
  return registry.ok() ? *std::move(registry) : nullptr;
}

std::string Refusal(const v1::RegistryShard& shard) {
  return std::string(TryCompile({shard}).status().message());
}

// The test registry with one filing.
v1::RegistryShard With(const v1::Filing& filing) {
  v1::RegistryShard shard = TestShard();
  *shard.add_filings() = filing;
  return shard;
}

v1::Filing Contract() {
  return TestFiling("F", v1::FILING_KIND_STANDARD_CONTRACT);
}
v1::Filing Certificate() {
  return TestFiling("F", v1::FILING_KIND_CERTIFICATE);
}
v1::Filing Assessment() {
  return TestFiling("F", v1::FILING_KIND_SECURITY_ASSESSMENT);
}

// The filing as compiled; without the words that the registry keeps.
Filing Dated(const v1::Filing& filing) {
  const auto registry = Compile(With(filing));
  Filing compiled = registry->Find(kShanghaiExporter)->filings.at(0);
  compiled.id = {};
  compiled.scope = {};
  compiled.body = nullptr;
  return compiled;
}

TEST(RegistryTest, ScopesKeepTheirWords) {
  v1::Filing source = Contract();
  v1::FilingScope& scope = *source.mutable_scope();
  scope.clear_recipients();
  scope.add_recipients("ACME-SG");
  scope.add_recipients("ACME-HK");
  scope.add_items("vin");
  scope.add_onward("ACME-SG");
  const auto registry = Compile(With(source));
  const FilingScope& kept =
      registry->Find(kShanghaiExporter)->filings.at(0).scope;
  EXPECT_THAT(kept.recipients(),
              ElementsAre(Pointee(Eq("ACME-SG")), Pointee(Eq("ACME-HK"))));
  EXPECT_THAT(kept.scenarios(), ElementsAre(Pointee(Eq(""))));
  EXPECT_EQ(kept.categories().size(),
            static_cast<size_t>(scope.categories_size()));
  EXPECT_THAT(kept.items(), ElementsAre(Pointee(Eq("vin"))));
  EXPECT_THAT(kept.onward(), ElementsAre(kept.recipients()[0]));  // Once.
}

TEST(RegistryTest, FindsExportersAndTheirAreas) {
  const auto registry = Compile(TestShard());
  EXPECT_EQ(registry->enterprises(), 2u);
  const auto areas = [&](const char* uscc) {
    return registry->areas()[registry->Find(uscc)->areas];
  };
  EXPECT_THAT(areas(kShanghaiExporter),
              ElementsAre(Pointee(Eq("CN-SH")), Pointee(Eq("CN")),
                          Pointee(Eq("CN-SH-FTZ"))));
  EXPECT_THAT(areas(kShenzhenExporter),
              ElementsAre(Pointee(Eq("CN-GD-SZ")), Pointee(Eq("CN-GD")),
                          Pointee(Eq("CN"))));
  EXPECT_EQ(registry->Find("91350100M000100Y44"), nullptr);
  EXPECT_EQ(registry->Find(""), nullptr);
}

TEST(RegistryTest, KeepsTheSameAreasOnce) {
  v1::RegistryShard shard = TestShard();
  v1::Enterprise& other = *shard.add_enterprises();
  other = shard.enterprises(0);
  other.set_uscc("91310000000000001Y");
  const auto registry = Compile(shard);
  EXPECT_EQ(registry->enterprises(), 3u);
  EXPECT_EQ(registry->areas().size(), 2u);
  EXPECT_EQ(registry->Find(other.uscc())->areas,
            registry->Find(kShanghaiExporter)->areas);
}

TEST(RegistryTest, FilingsStandByKindThenId) {
  v1::RegistryShard shard = TestShard();
  *shard.add_filings() = TestFiling("a", v1::FILING_KIND_SECURITY_ASSESSMENT);
  *shard.add_filings() = TestFiling("c", v1::FILING_KIND_STANDARD_CONTRACT);
  *shard.add_filings() = TestFiling("b", v1::FILING_KIND_STANDARD_CONTRACT);
  const auto registry = Compile(shard);
  EXPECT_EQ(registry->filings(), 3u);
  std::vector<std::string> ids;
  for (const Filing& f : registry->Find(kShanghaiExporter)->filings) {
    ids.emplace_back(f.id);
  }
  EXPECT_THAT(ids, ElementsAre("b", "c", "a"));
  EXPECT_TRUE(registry->Find(kShenzhenExporter)->filings.empty());
}

TEST(RegistryTest, RegistrationsAndListFilingsStandById) {
  v1::RegistryShard shard = TestShard();
  for (const char* id : {"b", "c", "a"}) {
    v1::GreenChannelRegistration* green = shard.add_registrations();
    green->set_id(id);
    green->set_exporter(kShanghaiExporter);
    green->set_granted("2026-01-01");
    green->set_valid_to("2026-12-31");
    v1::ListFiling* filing = shard.add_list_filings();
    filing->set_id(id);
    filing->set_exporter(kShanghaiExporter);
    filing->set_list("test-negative");
    filing->set_edition("1");
    filing->set_filed("2026-02-01");
  }
  const auto registry = Compile(shard);
  std::string ids;
  for (const auto& e : registry->Find(kShanghaiExporter)->registrations) {
    ids += e.source.id();
  }
  for (const auto& e : registry->Find(kShanghaiExporter)->list_filings) {
    ids += e.source.id();
  }
  EXPECT_EQ(ids, "abcabc");
}

TEST(RegistryTest, FilingsOfSeveralExportersMayStandInTurns) {
  v1::RegistryShard shard = TestShard();
  for (const char* id : {"a", "b", "c", "d"}) {
    v1::Filing& filing = *shard.add_filings() =
        TestFiling(id, v1::FILING_KIND_STANDARD_CONTRACT);
    if (*id % 2 == 0) filing.set_exporter(kShenzhenExporter);
  }
  const auto registry = Compile(shard);
  const auto ids = [&registry](const char* uscc) {
    std::vector<std::string> ids;
    for (const Filing& f : registry->Find(uscc)->filings) {
      ids.emplace_back(f.id);
    }
    return ids;
  };
  EXPECT_THAT(ids(kShanghaiExporter), ElementsAre("a", "c"));
  EXPECT_THAT(ids(kShenzhenExporter), ElementsAre("b", "d"));
}

TEST(RegistryTest, EntriesMayStandInAnotherShardThanTheExporter) {
  v1::RegistryShard filings;
  *filings.add_filings() = Contract();
  const auto registry = TryCompile({filings, TestShard()});
  ASSERT_TRUE(registry.ok()) << registry.status();
  EXPECT_EQ((*registry)->Find(kShanghaiExporter)->filings.size(), 1u);
}

// ---- Dates: O13 art 6, 7; O16 art 9; O20.

TEST(FilingDatesTest, ContractCoversFromEffectiveWithoutEnd) {
  v1::Filing source = Contract();
  source.set_effective("2026-11-20");  // A Friday.
  source.set_filed("2026-11-25");
  const Filing filing = Dated(source);
  EXPECT_EQ(filing.first_day, D("2026-11-20"));
  EXPECT_EQ(filing.last_day, kNoDay);
  EXPECT_EQ(filing.filed, D("2026-11-25"));
  EXPECT_EQ(filing.last_day_to_file, D("2026-12-04"));  // Tenth working day.
  EXPECT_TRUE(filing.window_in_calendar);
}

TEST(FilingDatesTest, ContractEndsWhereItSays) {
  v1::Filing source = Contract();
  source.set_expires("2027-03-31");
  EXPECT_EQ(Dated(source).last_day, D("2027-03-31"));
}

TEST(FilingDatesTest, GbaContractsAreContracts) {
  for (v1::FilingKind kind : {v1::FILING_KIND_GBA_CONTRACT_HONG_KONG,
                              v1::FILING_KIND_GBA_CONTRACT_MACAO}) {
    const Filing filing = Dated(TestFiling("F", kind));
    EXPECT_EQ(filing.first_day, D("2026-01-05"));
    EXPECT_EQ(filing.last_day_to_file, D("2026-01-19"));
  }
}

TEST(FilingDatesTest, ContractWithoutEffectiveNeverCovers) {
  v1::Filing source = Contract();
  source.clear_effective();
  source.clear_filed();
  const Filing filing = Dated(source);
  EXPECT_EQ(filing.first_day, kNoDay);
  EXPECT_EQ(filing.filed, kNoDay);
  EXPECT_EQ(filing.last_day_to_file, kNoDay);
}

TEST(FilingDatesTest, WindowBeyondTheCalendarIsMarked) {
  v1::Filing source = Contract();
  source.set_effective("2030-12-20");
  EXPECT_FALSE(Dated(source).window_in_calendar);
  source.set_effective("2019-12-20");
  EXPECT_FALSE(Dated(source).window_in_calendar);
}

TEST(FilingDatesTest, CertificateLastsThreeYearsLessADay) {
  v1::Filing source = Certificate();
  EXPECT_EQ(Dated(source).first_day, D("2026-01-05"));
  EXPECT_EQ(Dated(source).last_day, D("2029-01-04"));
  source.set_expires("2028-12-31");
  EXPECT_EQ(Dated(source).last_day, D("2028-12-31"));
  source.set_extension(v1::EXTENSION_GRANTED);  // Of assessments only.
  EXPECT_EQ(Dated(source).last_day, D("2028-12-31"));
}

TEST(FilingDatesTest, AssessmentLastsThreeYearsLessADay) {
  v1::Filing source = Assessment();
  EXPECT_EQ(Dated(source).first_day, D("2026-01-05"));
  EXPECT_EQ(Dated(source).last_day, D("2029-01-04"));
  EXPECT_EQ(Dated(source).last_day_to_file, kNoDay);
  source.set_issued("2024-02-29");
  EXPECT_EQ(Dated(source).last_day, D("2027-02-27"));
}

TEST(FilingDatesTest, GrantedExtensionAddsThreeYearsPendingNone) {
  v1::Filing source = Assessment();
  source.set_extension(v1::EXTENSION_PENDING);
  EXPECT_EQ(Dated(source).last_day, D("2029-01-04"));
  source.set_extension(v1::EXTENSION_GRANTED);
  EXPECT_EQ(Dated(source).last_day, D("2032-01-04"));
  source.set_expires("2028-06-30");
  EXPECT_EQ(Dated(source).last_day, D("2031-06-30"));
}

// What is said of a filing with these dates, or nothing.
std::string RefusedTerm(v1::Filing source, const char* issued,
                        const char* expires,
                        v1::Extension extension = v1::EXTENSION_UNSPECIFIED) {
  source.set_issued(issued);
  source.set_expires(expires);
  source.set_extension(extension);
  return Refusal(With(source));
}

TEST(FilingDatesTest, NothingLastsLongerThanTheLawAllows) {
  for (const v1::Filing& source : {Certificate(), Assessment()}) {
    EXPECT_EQ(RefusedTerm(source, "2023-09-01", "2026-09-01"), "");
    EXPECT_EQ(RefusedTerm(source, "2024-02-29", "2027-02-28"), "");
    for (const char* expires : {"2026-09-02", "2029-08-31", "2035-08-31"}) {
      EXPECT_THAT(RefusedTerm(source, "2023-09-01", expires),
                  StartsWith("registry filing \"F\".expires: later than the 3 "
                             "years from its day of issue allow. "))
          << expires;
    }
  }
}

TEST(FilingDatesTest, AnExpiryWithTheExtensionInItIsNotExtendedAgain) {
  const auto granted = [](const char* expires) {
    return RefusedTerm(Assessment(), "2023-09-01", expires,
                       v1::EXTENSION_GRANTED);
  };
  EXPECT_EQ(granted(""), "");
  EXPECT_EQ(granted("2026-08-31"), "");
  EXPECT_EQ(granted("2026-09-01"), "");
  for (const char* expires : {"2026-09-02", "2029-08-31"}) {
    EXPECT_THAT(granted(expires), EndsWith("state the original expiry."));
  }
  // A pending one adds nothing, and contracts have no term of years.
  EXPECT_NE(RefusedTerm(Assessment(), "2023-09-01", "2029-08-31",
                        v1::EXTENSION_PENDING),
            "");
  EXPECT_EQ(RefusedTerm(Contract(), "2023-09-01", "2035-08-31"), "");
}

TEST(FilingDatesTest, WithoutIssueNeverCovers) {
  for (v1::Filing source : {Certificate(), Assessment()}) {
    source.clear_issued();
    EXPECT_EQ(Dated(source).first_day, kNoDay);
  }
}

// ---- Groups, delegates, restricted recipients.

v1::Group* AddGroup(const char* id, v1::RegistryShard* shard) {
  v1::Group* group = shard->add_groups();
  group->set_id(id);
  return group;
}

TEST(RegistryTest, MembersOfAGroupAreSiblingsWhateverItsFileSays) {
  v1::RegistryShard shard = TestShard();
  v1::Group* group = AddGroup("g", &shard);
  group->add_members(kShanghaiExporter);
  group->add_members(kShenzhenExporter);
  group->add_overseas("ACME-SG");
  const auto registry = Compile(shard);
  const Exporter* exporter = registry->Find(kShanghaiExporter);
  ASSERT_NE(exporter->group, nullptr);
  EXPECT_EQ(exporter->group->overseas(0), "ACME-SG");
  EXPECT_THAT(exporter->siblings, ElementsAre(kShenzhenExporter));
}

TEST(RegistryTest, DelegatesMayAskInsideTheirDates) {
  v1::RegistryShard shard = TestShard();
  v1::Delegation* d = shard.mutable_enterprises(0)->add_delegations();
  d->set_delegate(kShenzhenExporter);
  d->set_valid_from("2026-01-01");
  d->set_valid_to("2026-06-30");
  const auto registry = Compile(shard);
  const auto may = [&](absl::string_view day) {
    return registry->MayAsk(kShenzhenExporter, kShanghaiExporter, D(day));
  };
  EXPECT_FALSE(may("2025-12-31"));
  EXPECT_TRUE(may("2026-01-01"));
  EXPECT_TRUE(may("2026-06-30"));
  EXPECT_FALSE(may("2026-07-01"));
  EXPECT_FALSE(
      registry->MayAsk(kShanghaiExporter, kShenzhenExporter, D("2026-03-01")));
  EXPECT_TRUE(registry->MayAsk(kShanghaiExporter, kShanghaiExporter, 0));
  EXPECT_FALSE(registry->MayAsk("", "", 0));
}

TEST(RegistryTest, RestrictedFromTheirDay) {
  v1::RegistryShard shard = TestShard();
  v1::RestrictedRecipient* entry = shard.add_restricted();
  entry->set_organization_id("BAD-ORG");
  entry->set_since("2026-03-01");
  const auto registry = Compile(shard);
  EXPECT_EQ(registry->FindRestricted("BAD-ORG", D("2026-02-28")), nullptr);
  ASSERT_NE(registry->FindRestricted("BAD-ORG", D("2026-03-01")), nullptr);
  EXPECT_NE(registry->FindRestricted("bad_org", D("2026-03-01")), nullptr);
  EXPECT_EQ(registry->FindRestricted("OTHER", D("2026-03-01")), nullptr);
  EXPECT_EQ(registry->FindRestricted("", D("2026-03-01")), nullptr);
}

TEST(RegistryTest, KeepsGreenChannelsAndListFilings) {
  v1::RegistryShard shard = TestShard();
  v1::GreenChannelRegistration* green = shard.add_registrations();
  green->set_id("G");
  green->set_exporter(kShanghaiExporter);
  green->set_granted("2026-01-01");
  green->set_valid_to("2026-12-31");
  v1::ListFiling* filing = shard.add_list_filings();
  filing->set_id("L");
  filing->set_exporter(kShanghaiExporter);
  filing->set_list("test-negative");
  filing->set_edition("1");
  filing->set_filed("2026-02-01");
  const auto registry = Compile(shard);
  const Exporter* exporter = registry->Find(kShanghaiExporter);
  ASSERT_EQ(exporter->registrations.size(), 1u);
  EXPECT_EQ(exporter->registrations[0].granted, D("2026-01-01"));
  EXPECT_EQ(exporter->registrations[0].valid_to, D("2026-12-31"));
  ASSERT_EQ(exporter->list_filings.size(), 1u);
  EXPECT_EQ(exporter->list_filings[0].filed, D("2026-02-01"));
  EXPECT_EQ(exporter->list_filings[0].valid_to, kNoDay);
}

// ---- Refusals.

TEST(RegistryTest, RefusesBadCodes) {
  v1::RegistryShard shard = TestShard();
  shard.mutable_enterprises(0)->set_uscc("91350100M000100Y44");
  EXPECT_THAT(Refusal(shard),
              StartsWith("registry enterprise \"91350100M000100Y44\".uscc: "
                         "\"91350100M000100Y44\" is not a unified social "
                         "credit code: its check character should be 3."));
  v1::Filing filing = Contract();
  filing.set_exporter("X");
  EXPECT_THAT(Refusal(With(filing)),
              StartsWith("registry filing \"F\".exporter: \"X\" is not"));
  shard = TestShard();
  shard.mutable_enterprises(0)->add_delegations()->set_delegate("X");
  EXPECT_THAT(Refusal(shard),
              StartsWith("registry enterprise \"91350100M000100Y43\""
                         ".delegations[0].delegate: \"X\" is not"));
}

TEST(RegistryTest, RefusesDoubledEntries) {
  v1::RegistryShard shard = TestShard();
  shard.add_enterprises()->CopyFrom(shard.enterprises(0));
  EXPECT_EQ(Refusal(shard),
            "registry enterprise \"91350100M000100Y43\": stands twice. Remove "
            "one.");
  shard = With(Contract());
  *shard.add_filings() = Assessment();
  EXPECT_EQ(Refusal(shard),
            "registry filing \"F\": the id stands twice. Give one a new id.");
  shard = TestShard();
  for (const char* id : {"BAD", "b-ad"}) {
    v1::RestrictedRecipient* entry = shard.add_restricted();
    entry->set_organization_id(id);
    entry->set_since("2026-03-01");
  }
  EXPECT_EQ(Refusal(shard),
            "registry restricted recipient \"b-ad\": stands twice; case, '_', "
            "'-' and '.' make no difference. Remove one.");
  shard.mutable_restricted(1)->set_organization_id("-");
  EXPECT_EQ(Refusal(shard),
            "registry restricted recipient \"-\".organization_id: only "
            "joiners. Name an organisation.");
}

TEST(RegistryTest, RefusesFilingIdDoubledAcrossShards) {
  v1::RegistryShard other;
  *other.add_filings() = Contract();
  other.mutable_filings(0)->set_exporter(kShenzhenExporter);
  EXPECT_EQ(
      std::string(TryCompile({With(Contract()), other}).status().message()),
      "registry filing \"F\": the id stands twice. Give one a new id.");
}

TEST(RegistryTest, RefusesFilingOfUnknownExporter) {
  v1::Filing filing = Contract();
  filing.set_exporter("91440300MA5DEM0019");
  EXPECT_EQ(Refusal(With(filing)),
            "registry filing \"F\".exporter: \"91440300MA5DEM0019\" is not in "
            "the registry. Add the enterprise or correct the code.");
}

TEST(RegistryTest, RefusesForeignRegionAndBadCredit) {
  v1::RegistryShard shard = TestShard();
  shard.mutable_enterprises(0)->set_region("HK");
  EXPECT_THAT(Refusal(shard),
              StartsWith("registry enterprise \"91350100M000100Y43\".region: "
                         "\"HK\" is not in the mainland."));
  shard = TestShard();
  shard.mutable_enterprises(0)->set_credit_class("E");
  EXPECT_THAT(
      Refusal(shard),
      StartsWith("registry enterprise \"91350100M000100Y43\".credit_class: "));
}

TEST(RegistryTest, RefusesEmptyScope) {
  const auto refusal = [](auto clear) {
    v1::Filing filing = Contract();
    clear(filing.mutable_scope());
    return Refusal(With(filing));
  };
  EXPECT_THAT(refusal([](auto* s) { s->clear_categories(); }),
              StartsWith("registry filing \"F\".scope.categories: empty"));
  EXPECT_THAT(refusal([](auto* s) { s->clear_purposes(); }),
              StartsWith("registry filing \"F\".scope.purposes: empty"));
  EXPECT_THAT(refusal([](auto* s) { s->clear_scenarios(); }),
              StartsWith("registry filing \"F\".scope.scenarios: empty"));
  EXPECT_THAT(refusal([](auto* s) { s->clear_recipients(); }),
              StartsWith("registry filing \"F\".scope.recipients: empty"));
  EXPECT_EQ(refusal([](auto* s) {
              s->clear_categories();
              s->add_items("x");
            }),
            "");
}

TEST(RegistryTest, AssessmentNeedsRecipientsCertificateNone) {
  v1::Filing filing = Assessment();
  filing.mutable_scope()->clear_recipients();
  EXPECT_THAT(Refusal(With(filing)),
              StartsWith("registry filing \"F\".scope.recipients: empty"));
  EXPECT_EQ(Refusal(With(Certificate())), "");
}

TEST(RegistryTest, RefusesWhatIsNoPurpose) {
  v1::Filing filing = Contract();
  filing.mutable_scope()->add_purposes("anything");
  EXPECT_THAT(Refusal(With(filing)),
              StartsWith("registry filing \"F\".scope.purposes[1]: "
                         "\"anything\" is not a purpose."));
}

TEST(RegistryTest, RefusesWildcards) {
  v1::Filing filing = Contract();
  filing.mutable_scope()->add_recipients("*");
  EXPECT_THAT(Refusal(With(filing)),
              StartsWith("registry filing \"F\".scope.recipients[1]: \"*\""));
}

TEST(RegistryTest, RefusesAssessmentWithoutScale) {
  v1::Filing filing = Assessment();
  filing.clear_approved_people();
  EXPECT_THAT(Refusal(With(filing)),
              StartsWith("registry filing \"F\".approved_people: missing."));
  filing.set_states_no_number(true);
  EXPECT_EQ(Refusal(With(filing)), "");
  filing.set_approved_people(5);
  EXPECT_THAT(Refusal(With(filing)),
              StartsWith("registry filing \"F\".approved_people: given "
                         "although states_no_number is."));
  filing.set_approved_people(-5);
  EXPECT_THAT(Refusal(With(filing)),
              StartsWith("registry filing \"F\".approved_people: negative."));
}

TEST(RegistryTest, RefusesBadFilingDates) {
  for (const char* field :
       {"signed_on", "effective", "filed", "issued", "expires"}) {
    v1::Filing filing = Contract();
    filing.GetReflection()->SetString(
        &filing, v1::Filing::descriptor()->FindFieldByName(field),
        "2026-02-30");
    EXPECT_THAT(Refusal(With(filing)),
                StartsWith(absl::StrCat("registry filing \"F\".", field,
                                        ": \"2026-02-30\" is not a date.")));
  }
}

TEST(RegistryTest, RefusesGroupWithUnknownMember) {
  v1::RegistryShard shard = TestShard();
  AddGroup("g", &shard)->add_members("91440300MA5DEM0019");
  EXPECT_THAT(Refusal(shard),
              StartsWith("registry group \"g\".members: "
                         "\"91440300MA5DEM0019\" is not in the registry."));
}

TEST(RegistryTest, RefusesMemberOfTwoGroups) {
  v1::RegistryShard shard = TestShard();
  AddGroup("g", &shard)->add_members(kShanghaiExporter);
  AddGroup("h", &shard)->add_members(kShanghaiExporter);
  EXPECT_EQ(Refusal(shard),
            "registry group \"h\".members: 91350100M000100Y43 stands already "
            "in group \"g\". Remove it from one.");
}

TEST(RegistryTest, RefusesPeriodsBackwards) {
  v1::RegistryShard shard = TestShard();
  v1::Delegation* d = shard.mutable_enterprises(0)->add_delegations();
  d->set_delegate(kShenzhenExporter);
  d->set_valid_from("2026-06-30");
  d->set_valid_to("2026-01-01");
  EXPECT_THAT(Refusal(shard),
              StartsWith("registry enterprise \"91350100M000100Y43\""
                         ".delegations[0].valid_to: before valid_from."));
  shard = TestShard();
  v1::GreenChannelRegistration* green = shard.add_registrations();
  green->set_id("G");
  green->set_exporter(kShanghaiExporter);
  green->set_granted("2026-12-31");
  green->set_valid_to("2026-01-01");
  EXPECT_THAT(Refusal(shard),
              StartsWith("registry registration \"G\".valid_to: before "));
}

}  // namespace
}  // namespace tongguan::policy
