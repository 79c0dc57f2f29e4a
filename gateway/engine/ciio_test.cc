#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class CiioTest : public EngineTest {
 protected:
  void SetUp() override { exporter()->set_ciio(v1::FACT_YES); }
};

TEST_F(CiioTest, OnePersonNeedsAnAssessment) {
  flow.mutable_people()->mutable_declared()->set_persons(1);
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_CIIO);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(CiioTest, AnAssessmentWithinItsScaleAllows) {
  AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT)
      ->set_approved_people(500);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  tallies.persons.people = 1;
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
  tallies.persons.known = false;
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
}

TEST_F(CiioTest, WithoutAnAssessmentTheCounterIsNotReadByThisRule) {
  tallies.persons.known = tallies.sensitive.known = false;
  const v1::Decision d = Decide();
  EXPECT_EQ(StepOf(d, v1::RULE_CIIO).effect(), v1::EFFECT_DEMANDS);
}

TEST_F(CiioTest, AListThatDoesNotExcludeItFreesIt) {
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  policy::AddRow(&list, "R-1", v1::ROW_MECHANISM_ASSESSMENT)
      ->add_categories("part_number");
  source.lists.push_back(list);
  EXPECT_EQ(Decide().headline(), v1::RULE_FTZ_OUTSIDE);
  source.lists[0].head.set_excludes_ciio(true);
  EXPECT_EQ(Decide().headline(), v1::RULE_CIIO);
}

}  // namespace
}  // namespace tongguan::engine
