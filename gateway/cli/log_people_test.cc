// The tallies of people counted exactly, under a GBA contract and without one,
// are what the log's records add up to; `tongguan log verify` sees it if not.
#include "gateway/cli/log_testing.h"
#include "gateway/ledger/counts.h"
#include "gateway/ledger/set_table.h"
#include "gateway/service/flow_people.h"

namespace tongguan::cli {
namespace {

class LogPeopleTest : public LogVerifyTest {
 protected:
  // The same people twice, settled to a few in either; and declared ones.
  void SetUp() override {
    AddKeys();
    service::AddGbaContract(&source_);
    StartOpened();
    ASSERT_TRUE(Open(0, 0, service::kShenzhen).ok());
    const std::string plain = DecideExact("plain", {0, 100}, false);
    const std::string gba = DecideExact("gba", {50, 200}, true);
    SettleExact("s1", plain, {0, 100}, {90, 100});
    SettleExact("s2", gba, {50, 200}, {50, 60});
    v1::Flow declared = Flow("declared", 70);
    service::MakeGba(&declared);
    Settle(Decide(declared).decision_id());  // 50 left.
    EXPECT_EQ(Standing().counted().persons(), 10 + 10 + 50);
    EXPECT_EQ(Standing().gba().persons(), 10 + 50);
    StopAndCopy();
  }
};

// The rows' checks are no secret: whoever writes the file can make them.
class PlantedPeopleTest : public LogPeopleTest {
 protected:
  // Nobody of them would be charged when he comes.
  void Plant(const ledger::SetKey& set, int64_t people) {
    const auto db = OpenCopy();
    const auto table = *ledger::SetTable::On(*db);
    const int64_t id = *table->Create(set);
    ASSERT_TRUE(table->PutState({id, {people, {}}}).ok());
    if (people == 0) return;
    const std::string counts =
        ledger::ToCounts(service::SetOf(1000, 1000 + people), 1);
    ASSERT_TRUE(table->PutChange(id, 1, counts).ok());
  }
  void ExpectFound(const std::string& exporter, ledger::Account account,
                   int32_t year) {
    for (const bool sensitive : {false, true}) {
      const auto set = service::TallySet(exporter, account, sensitive, year);
      SCOPED_TRACE(absl::StrCat(set.name, " of ", year));
      Restore();
      Plant(set, 5);
      const Outcome run = Verify();
      EXPECT_EQ(run.code, kBroken) << run.out << run.err;
      EXPECT_THAT(run.out, ::testing::HasSubstr(absl::StrCat(
                               exporter, " in ", year, " do not hold")));
    }
  }
};

TEST_F(PlantedPeopleTest, OfAnExporterWhoCountedNobodyAreFound) {
  ExpectFound(service::kShenzhen, ledger::Account::kCounted, 2026);
}

TEST_F(PlantedPeopleTest, OfAnExporterOfNoRecordAreFound) {
  ExpectFound("91110000600037341L", ledger::Account::kCounted, 2026);
}

TEST_F(PlantedPeopleTest, OfAnAccountThatCountedNobodyAreFound) {
  ExpectFound(service::kShanghai, ledger::Account::kListExempt, 2026);
}

TEST_F(PlantedPeopleTest, OfTheYearThatComesAreFound) {
  for (const ledger::Account account :
       {ledger::Account::kCounted, ledger::Account::kExempt,
        ledger::Account::kListExempt, ledger::Account::kGba}) {
    ExpectFound(service::kShanghai, account, 2027);
  }
}

TEST_F(PlantedPeopleTest, SetsOfNobodyAndThoseOfNoTallyAreSound) {
  Plant(service::TallySet(service::kShenzhen, ledger::Account::kCounted, false,
                          2026),
        0);
  v1::Flow flow = Flow("route");
  flow.mutable_recipient()->set_organization_id("x");
  flow.set_scenario("a/counted");  // As in the name of a tally's set.
  for (const std::string scope : {service::kShanghai, "group/counted"}) {
    Plant(service::RouteSet(scope, flow, false, 2026), 5);
  }
  Plant(service::ReturnedSet(1000, false, 2026), 5);
  const Outcome run = Verify();
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
}

TEST_F(LogPeopleTest, TalliesWithAGbaPartAddUp) {
  const Outcome run = Verify({"--replay"});
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_THAT(run.out, ::testing::HasSubstr("3 decisions taken again"));
}

TEST_F(LogPeopleTest, AGbaTallyThatDoesNotAddUpIsFound) {
  ExpectBroken("UPDATE tally SET gba_persons=gba_persons-1", "tally of");
  ExpectBroken("UPDATE tally SET gba_sensitive=1", "tally of");
  ExpectBroken("UPDATE tally SET counted_persons=counted_persons+1",
               "tally of");
}

}  // namespace
}  // namespace tongguan::cli
