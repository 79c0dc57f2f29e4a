// Answers are written into messages that are kept: nothing of the last answer
// may stay in the next.
#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class KeptMessageTest : public EngineTest {
 protected:
  // Decides into a new message and into the kept one.
  void ExpectSame() {
    const auto policy = policy::MustCompile(source);
    const Question question(flow, *policy, at);
    v1::Decision fresh;
    question.Decide(tallies, &fresh);
    // As the service does, of what the engine does not fill.
    kept_.mutable_policy()->set_unsigned_policy(true);
    if (kept_.has_headroom()) {
      kept_.mutable_headroom()->add_without_opening(flow.exporter());
    }
    question.Decide(tallies, &kept_);
    EXPECT_EQ(kept_.SerializeAsString(), fresh.SerializeAsString())
        << kept_.DebugString() << "instead of\n"
        << fresh.DebugString();
  }

  v1::Decision kept_;
};

TEST_F(KeptMessageTest, NothingStaysOfTheAnswerBefore) {
  AddFiling("F", v1::FILING_KIND_SECURITY_ASSESSMENT);
  ExpectSame();  // Counted, with the scale of an assessment.
  source.registry[0].clear_filings();
  tallies.persons.people = 200'000;
  ExpectSame();  // Held, with headroom and a smallest change.
  tallies.persons.people = 2'000'000;
  ExpectSame();  // Above every threshold.
  tallies.persons.known = tallies.sensitive.known = false;
  ExpectSame();  // Unknown counters.
  flow.mutable_duties()->set_pipia(v1::FACT_NO);
  ExpectSame();  // Blocked.
  flow.set_direction(v1::DIRECTION_INBOUND);
  ExpectSame();  // No headroom at all.
  flow = TestFlow();
  tallies = {{true, 0}, {true, 0}, {true, 0}};
  ExpectSame();  // Headroom again.
}

}  // namespace
}  // namespace tongguan::engine
