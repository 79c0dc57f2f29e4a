#include "tests/bench/world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/uscc.h"
#include "gateway/policy/testing.h"

namespace tongguan::bench {
namespace {

// The list's rows name "row_0", "row_1", ...; four name by pattern. Half of
// the rows ask for a contract, half for an assessment.
policy::List NegativeList(int rows) {
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  for (int i = 0; i < rows; ++i) {
    v1::ListRow row;
    row.set_id(absl::StrCat("r", i));
    row.set_sector("retail");
    row.set_data_class("Class");
    if (i < 4) {
      row.set_pattern(absl::StrCat("^secret", i));
    } else {
      row.add_names(absl::StrCat("row_", i));
    }
    row.set_mechanism(i % 2 == 0 ? v1::ROW_MECHANISM_CONTRACT
                                 : v1::ROW_MECHANISM_ASSESSMENT);
    row.set_source("Test");
    row.set_confidence("demo");
    list.rows.push_back(std::move(row));
  }
  return list;
}

void AddExporters(int count, policy::Source* source) {
  v1::RegistryShard& shard = source->registry.emplace_back();
  for (int i = 0; i < count; ++i) {
    v1::Enterprise* enterprise = shard.add_enterprises();
    *enterprise = source->registry[0].enterprises(0);
    enterprise->set_uscc(ExporterCode(i));
    for (int k = 0; k < kFilingsAnExporter; ++k) {
      v1::Filing* filing = shard.add_filings();
      *filing =
          policy::TestFiling(absl::StrCat("f", i, "-", k),
                             k % 2 == 0 ? v1::FILING_KIND_STANDARD_CONTRACT
                                        : v1::FILING_KIND_SECURITY_ASSESSMENT);
      filing->set_exporter(enterprise->uscc());
    }
  }
}

std::string SeenName(int64_t number) {
  return absl::StrCat("column_", number % kSeenNames);
}

}  // namespace

absl::Time Noon() { return absl::FromUnixSeconds(1'795'233'600); }

std::shared_ptr<const policy::Snapshot> MakePolicy(int rows, int filings) {
  policy::Source source = policy::TestSource();
  source.lists.push_back(NegativeList(rows));
  AddExporters(filings / kFilingsAnExporter, &source);
  return policy::MustCompile(std::move(source));
}

std::string ExporterCode(int number) {
  const std::string first = absl::StrFormat("91310000%09d", number);
  return first + UsccCheckCharacter(first);
}

v1::Flow MakeFlow(int items) {
  v1::Flow flow;
  flow.set_exporter(policy::kShanghaiExporter);
  flow.set_system("bench");
  flow.set_direction(v1::DIRECTION_OUTBOUND);
  flow.mutable_recipient()->set_organization_id("ACME-SG");
  flow.mutable_recipient()->set_region("SG");
  flow.mutable_recipient()->set_relation(v1::RELATION_AFFILIATE);
  flow.mutable_recipient()->set_gba_registered(v1::FACT_NO);
  flow.set_sector("retail");
  for (int i = 0; i < items; ++i) {
    v1::DataItem* item = flow.add_items();
    item->set_category(i % 2 == 0 ? "name" : "order_amount");
    item->set_personal(i % 2 == 0 ? v1::FACT_YES : v1::FACT_NO);
    item->set_sensitive(v1::FACT_NO);
    item->set_important(v1::IMPORTANT_DATA_NO);
    item->set_transform(v1::TRANSFORM_NONE);
  }
  flow.mutable_people()->mutable_declared()->set_persons(100);
  flow.mutable_purpose()->set_general(v1::GENERAL_PURPOSE_INTERNAL_REPORTING);
  v1::Duties* duties = flow.mutable_duties();
  duties->set_notice(v1::NOTICE_GIVEN);
  duties->set_separate_consent(v1::SEPARATE_CONSENT_OBTAINED);
  duties->set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  duties->set_pipia(v1::FACT_YES);
  duties->set_under_14(v1::FACT_NO);
  flow.set_origin(v1::ORIGIN_DOMESTIC);
  return flow;
}

engine::Tallies SmallTallies() {
  return {.persons = {true, 1000}, .sensitive = {true, 0}};
}

void Names::Fill(v1::Flow* flow) {
  int place = 0;
  for (v1::DataItem& item : *flow->mutable_items()) {
    ++count_;
    const bool seen = count_ * 37 % 100 < seen_;
    // Distinct within the flow.
    item.set_name(count_ % 101 == 0 ? absl::StrCat("row_", 4 + place)
                  : seen            ? SeenName(count_)
                                    : absl::StrCat("fresh_", count_));
    ++place;
  }
}

void Names::Warm(const policy::Snapshot& policy) {
  v1::Flow flow = MakeFlow(1);
  v1::Decision decision;
  for (int i = 0; i < kSeenNames; ++i) {
    flow.mutable_items(0)->set_name(SeenName(i));
    engine::Question(flow, policy, Noon()).Decide(SmallTallies(), &decision);
  }
}

}  // namespace tongguan::bench
