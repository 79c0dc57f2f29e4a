// What the naive interpreter knows of one question, and the chapters of the
// law that naive.cc puts in order.
#ifndef TONGGUAN_TESTS_ORACLE_NAIVE_CASE_H_
#define TONGGUAN_TESTS_ORACLE_NAIVE_CASE_H_

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/beijing.h"
#include "tests/oracle/naive.h"

namespace tongguan::oracle {

// A rule that asks for something.
struct Demand {
  v1::Rule rule;
  v1::Mechanism mechanism;
};

// A data item after its transform, and what the rules said of it.
struct Item {
  v1::DataItem data;
  v1::Fact personal = v1::FACT_NO;  // Doubted is FACT_UNKNOWN.
  v1::Fact sensitive = v1::FACT_NO;
  v1::Fact important = v1::FACT_NO;
  bool category_unknown = false;
  // What it claims to be and what its name looks like, where the taxonomy
  // knows.
  std::vector<const v1::Category*> categories;
  std::vector<Demand> demands;
  v1::Rule released_by = v1::RULE_UNSPECIFIED;  // The first relief.
  bool settled_by_list = false;                 // Rule 12 in place of 14 to 16.

  bool MayBePersonal() const { return personal != v1::FACT_NO; }
  bool Released() const { return released_by != v1::RULE_UNSPECIFIED; }
};

// One question.
struct Case {
  const policy::Source& policy;
  const v1::Flow& flow;
  Day today;
  const v1::Enterprise* exporter = nullptr;  // Null: not in the registry.
  v1::Fact ciio = v1::FACT_UNKNOWN;
  std::vector<std::string> areas;  // Region, what it lies in, zones.
  std::vector<Item> items;
  bool has_personal = false;
  bool has_important = false;
  bool sensitive_flow = false;
  int64_t new_persons = 0;  // As the law counts them.
  int64_t new_sensitive = 0;
  std::optional<int64_t> n;  // Totals with this request; absent: unknown.
  std::optional<int64_t> s;
};

// naive_facts.cc: everything above from policy and flow.
Case ReadFacts(const policy::Source& policy, const v1::Flow& flow,
               absl::Time at, const Totals& before);
// The flow names a sector that a list, or a number of the regime, is about.
bool SectorKnown(const Case& c);
bool ValidOn(Day today, const std::string& from, const std::string& to);
std::string LowerCase(std::string text);
std::string Folded(const std::string& name);
// "CN-GD-SZ": itself, "CN-GD", "CN".
std::vector<std::string> AreasAround(const std::string& area);
bool Contains(const google::protobuf::RepeatedPtrField<std::string>& list,
              const std::string& what);

// naive_lists.cc: lists.
enum class Reached { kNo, kYes, kUnknown };
bool GeneticByList(const Case& c, const Item& item);
// A catalogue in force names the item as important data.
Reached Catalogued(const Case& c, const Item& item);
bool OnGeneralList(const Case& c, const Item& item);
bool OutsideNegativeList(const Case& c, const Item& item);
// A negative list in force and in area has a heading for the flow's sector and
// scenario, and no row that names the item whatever the number of people: what
// it says of it is not known.
bool OnlyHeadingsFor(const Case& c, const Item& item);
// Demands of the parts of negative lists, into the item.
void WeighListParts(const Case& c, Item* item);

// naive_filings.cc: what is on file. The filings of the exporter that cover
// the item today, of these kinds.
enum class Covered { kNo, kYes, kScaleUnknown };
Covered ByAssessment(const Case& c, const Item& item);
bool ByGbaContract(const Case& c, const Item& item);
bool ByContractOrCertificate(const Case& c, const Item& item);
// One assessment covers all of these.
bool OneAssessmentCovers(const Case& c, const std::vector<const Item*>& items);
bool InGreenChannel(const Case& c);

}  // namespace tongguan::oracle

#endif  // TONGGUAN_TESTS_ORACLE_NAIVE_CASE_H_
