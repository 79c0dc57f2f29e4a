// A flow and a fixture for the tests of rules: change what the test is about,
// then Decide.
#ifndef TONGGUAN_GATEWAY_ENGINE_TESTING_H_
#define TONGGUAN_GATEWAY_ENGINE_TESTING_H_

#include <string>

#include "gateway/engine/engine.h"
#include "gateway/policy/testing.h"
#include "gtest/gtest.h"

namespace tongguan::engine {

// 500 people's "name" to affiliate ACME-SG in Singapore, internal reporting,
// every duty kept, from kShanghaiExporter: well-formed.
v1::Flow TestFlow();

// Adds an item of a class; returns it.
v1::DataItem* AddItem(v1::Flow* flow, const std::string& name,
                      v1::Fact personal, v1::Fact sensitive = v1::FACT_NO);

class EngineTest : public testing::Test {
 protected:
  // Decides `flow` on `source` at `at` with N and S counted before; checks that
  // the flow is well-formed.
  v1::Decision Decide();

  // The trace's first step of a rule; fails the test if there is none.
  static v1::TraceStep StepOf(const v1::Decision& decision, v1::Rule rule);
  static bool Tried(const v1::Decision& decision, v1::Rule rule);
  static bool Misses(const v1::Decision& decision, v1::Missing what);
  static bool Obliges(const v1::Decision& decision, v1::ObligationKind kind);

  // A filing as TestFiling, with the flow's purpose and scenario.
  v1::Filing* AddFiling(const std::string& id, v1::FilingKind kind);
  v1::Enterprise* exporter() {
    return source.registry[0].mutable_enterprises(0);
  }

  policy::Source source = policy::TestSource();
  v1::Flow flow = TestFlow();
  Tallies tallies{{true, 0}, {true, 0}, {true, 0}};
  // 2026-11-21 10:00 in Beijing.
  absl::Time at = absl::FromUnixSeconds(1795226400);
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_TESTING_H_
