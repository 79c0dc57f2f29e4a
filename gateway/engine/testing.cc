#include "gateway/engine/testing.h"

#include "gateway/engine/validate.h"

namespace tongguan::engine {

v1::DataItem* AddItem(v1::Flow* flow, const std::string& name,
                      v1::Fact personal, v1::Fact sensitive) {
  v1::DataItem* item = flow->add_items();
  item->set_name(name);
  item->set_personal(personal);
  item->set_sensitive(sensitive);
  item->set_important(v1::IMPORTANT_DATA_NO);
  item->set_transform(v1::TRANSFORM_NONE);
  return item;
}

v1::Flow TestFlow() {
  v1::Flow flow;
  flow.set_request_id("request-1");
  flow.set_exporter(policy::kShanghaiExporter);
  flow.set_system("test");
  flow.set_direction(v1::DIRECTION_OUTBOUND);
  flow.mutable_recipient()->set_organization_id("ACME-SG");
  flow.mutable_recipient()->set_region("SG");
  flow.mutable_recipient()->set_relation(v1::RELATION_AFFILIATE);
  flow.mutable_recipient()->set_gba_registered(v1::FACT_NO);
  flow.set_activity_area("CN-SH-FTZ");
  AddItem(&flow, "name", v1::FACT_YES)->set_category("name");
  flow.mutable_people()->mutable_declared()->set_persons(500);
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

v1::Decision EngineTest::Decide() {
  for (const v1::FieldViolation& violation : ValidateFlow(flow)) {
    ADD_FAILURE() << violation.ShortDebugString();
  }
  const auto snapshot = policy::MustCompile(source);
  v1::Decision decision;
  Question(flow, *snapshot, at).Decide(tallies, &decision);
  return decision;
}

v1::TraceStep EngineTest::StepOf(const v1::Decision& decision, v1::Rule rule) {
  for (const v1::TraceStep& step : decision.trace()) {
    if (step.rule() == rule) return step;
  }
  ADD_FAILURE() << v1::Rule_Name(rule) << " was not tried:\n"
                << decision.DebugString();
  return {};
}

bool EngineTest::Tried(const v1::Decision& decision, v1::Rule rule) {
  for (const v1::TraceStep& step : decision.trace()) {
    if (step.rule() == rule) return true;
  }
  return false;
}

bool EngineTest::Misses(const v1::Decision& decision, v1::Missing what) {
  for (const v1::MissingEntry& entry : decision.missing()) {
    if (entry.what() == what) return true;
  }
  return false;
}

bool EngineTest::Obliges(const v1::Decision& decision,
                         v1::ObligationKind kind) {
  for (const v1::Obligation& obligation : decision.obligations()) {
    if (obligation.kind() == kind) return true;
  }
  return false;
}

v1::Filing* EngineTest::AddFiling(const std::string& id, v1::FilingKind kind) {
  v1::Filing* filing = source.registry[0].add_filings();
  *filing = policy::TestFiling(id, kind);
  return filing;
}

}  // namespace tongguan::engine
