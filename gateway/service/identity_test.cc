#include "gateway/service/identity.h"

#include "gateway/policy/testing.h"
#include "gtest/gtest.h"

namespace tongguan::service {
namespace {

constexpr const char* kOwn = policy::kShanghaiExporter;
constexpr const char* kOther = policy::kShenzhenExporter;

absl::StatusOr<Identity> Read(const std::string& uri) {
  return ReadIdentity(std::vector<std::string>{uri});
}

TEST(IdentityTest, ReadsEveryRole) {
  const auto exporter = Read(std::string("tongguan:exporter/") + kOwn + "/erp");
  ASSERT_TRUE(exporter.ok()) << exporter.status();
  EXPECT_EQ(exporter->role, Role::kExporter);
  EXPECT_EQ(exporter->organization, kOwn);
  EXPECT_EQ(exporter->name, "erp");
  EXPECT_FALSE(IsPerson(exporter->name));
  const auto person =
      Read(std::string("tongguan:exporter/") + kOwn + "/person/8471");
  ASSERT_TRUE(person.ok()) << person.status();
  EXPECT_EQ(person->role, Role::kExporter);
  EXPECT_EQ(person->organization, kOwn);
  EXPECT_EQ(person->name, "person/8471");
  EXPECT_TRUE(IsPerson(ToActor(*person).name()));
  const auto regulator = Read("tongguan:regulator/cac-sh/officer-7");
  ASSERT_TRUE(regulator.ok());
  EXPECT_EQ(regulator->role, Role::kRegulator);
  EXPECT_EQ(regulator->organization, "cac-sh");
  EXPECT_EQ(regulator->name, "officer-7");
  const auto auditor = Read("tongguan:auditor/audit-co");
  ASSERT_TRUE(auditor.ok());
  EXPECT_EQ(auditor->role, Role::kAuditor);
  EXPECT_EQ(auditor->organization, "audit-co");
  EXPECT_EQ(auditor->name, "");
  const auto op = Read("tongguan:operator/night-shift");
  ASSERT_TRUE(op.ok());
  EXPECT_EQ(op->role, Role::kOperator);
  EXPECT_EQ(op->name, "night-shift");
  EXPECT_EQ(ToActor(*op).role(), "operator");
}

TEST(IdentityTest, RefusesEveryOtherForm) {
  const std::string own = kOwn;
  for (const std::string& uri : std::vector<std::string>{
           "tongguan:",
           "tongguan:exporter",
           "tongguan:exporter/" + own,
           "tongguan:exporter/" + own + "/",
           "tongguan:exporter/" + own + "/a/b",
           "tongguan:exporter/" + own + "/person/",
           "tongguan:exporter/" + own + "/person/a/b",
           "tongguan:exporter/" + own + "/Person/a",
           "tongguan:regulator/cac/person/a",
           "tongguan:auditor/person/a",
           "tongguan:exporter/" + own.substr(0, 17) + "X/erp",
           "tongguan:exporter//erp",
           "tongguan:exporter/" + own + "/a b",
           "tongguan:Exporter/" + own + "/erp",
           "tongguan:admin/root",
           "tongguan:auditor/",
           "tongguan:auditor/a/b",
           "tongguan:operator",
           "tongguan:regulator/cac",
           "Tongguan:auditor/a",
           "x-tongguan:auditor/a"}) {
    EXPECT_TRUE(absl::IsUnauthenticated(Read(uri).status())) << uri;
  }
}

TEST(IdentityTest, TakesExactlyOneTongguanUri) {
  const std::vector<std::string> mixed = {"spiffe://example.cn/erp",
                                          "tongguan:auditor/a"};
  EXPECT_TRUE(ReadIdentity(mixed).ok());
  const std::vector<std::string> two = {"tongguan:auditor/a",
                                        "tongguan:auditor/a"};
  EXPECT_TRUE(absl::IsUnauthenticated(ReadIdentity(two).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(
      ReadIdentity(std::vector<std::string>{}).status()));
}

// No system's name can make it one: a certificate's parts have no slash.
TEST(IdentityTest, ASystemIsNoPersonWhateverItsName) {
  for (const std::string name : {"person", "person-8471", "personnel"}) {
    const auto system =
        Read(std::string("tongguan:exporter/") + kOwn + "/" + name);
    ASSERT_TRUE(system.ok()) << system.status();
    EXPECT_FALSE(IsPerson(system->name)) << name;
  }
}

class RightsTest : public testing::Test {
 protected:
  RightsTest() {
    policy::Source source = policy::TestSource();
    v1::Delegation* delegation =
        source.registry[0].mutable_enterprises(0)->add_delegations();
    delegation->set_delegate(kOther);
    delegation->set_valid_from("2026-03-01");
    delegation->set_valid_to("2026-06-30");
    policy_ = policy::MustCompile(std::move(source));
  }
  bool Ask(Role role, const std::string& organization,
           const std::string& exporter, const char* day) {
    return MayAsk({role, organization, "x"}, exporter, policy_->registry(),
                  *ParseDay(day))
        .ok();
  }
  bool Read(Role role, const std::string& organization,
            const std::string& exporter) {
    return MayRead({role, organization, "x"}, exporter, policy_->registry(),
                   *ParseDay("2026-11-21"))
        .ok();
  }

  std::shared_ptr<const policy::Snapshot> policy_;
};

TEST_F(RightsTest, ExportersAskForThemselvesOnly) {
  EXPECT_TRUE(Ask(Role::kExporter, kOwn, kOwn, "2026-11-21"));
  EXPECT_FALSE(Ask(Role::kExporter, kOwn, kOther, "2026-11-21"));
  EXPECT_FALSE(Ask(Role::kExporter, kOwn, "", "2026-11-21"));
}

TEST_F(RightsTest, DelegatesAskWithinTheirDatesOnly) {
  EXPECT_FALSE(Ask(Role::kExporter, kOther, kOwn, "2026-02-28"));
  EXPECT_TRUE(Ask(Role::kExporter, kOther, kOwn, "2026-03-01"));
  EXPECT_TRUE(Ask(Role::kExporter, kOther, kOwn, "2026-06-30"));
  EXPECT_FALSE(Ask(Role::kExporter, kOther, kOwn, "2026-07-01"));
}

TEST_F(RightsTest, OthersAskNothingWhateverTheirName) {
  for (Role role : {Role::kRegulator, Role::kAuditor, Role::kOperator}) {
    EXPECT_FALSE(Ask(role, kOwn, kOwn, "2026-11-21"));
  }
}

TEST_F(RightsTest, AuditorsAndRegulatorsReadEverythingOperatorsNothing) {
  for (const char* exporter : {kOwn, kOther, ""}) {
    EXPECT_TRUE(Read(Role::kRegulator, "cac", exporter));
    EXPECT_TRUE(Read(Role::kAuditor, "audit", exporter));
    EXPECT_FALSE(Read(Role::kOperator, kOwn, exporter));
  }
  EXPECT_TRUE(Read(Role::kExporter, kOwn, kOwn));
  EXPECT_FALSE(Read(Role::kExporter, kOwn, kOther));
  EXPECT_FALSE(Read(Role::kExporter, kOwn, ""));
}

}  // namespace
}  // namespace tongguan::service
