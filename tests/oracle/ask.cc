#include "tests/oracle/ask.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/engine/validate.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace tongguan::oracle {
namespace {

int64_t FromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  int64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

engine::Counter CounterOf(const std::optional<int64_t>& people) {
  return {people.has_value(), people.value_or(0)};
}

std::string Text(const std::optional<int64_t>& people) {
  return people ? absl::StrCat(*people) : "unknown";
}

}  // namespace

uint64_t FirstSeed() { return FromEnvironment("TONGGUAN_SEED", 1); }

int64_t FlowsToTry(int64_t flows) {
  return FromEnvironment("TONGGUAN_FLOWS", flows);
}

v1::Decision AskEngine(const policy::Snapshot& policy, const v1::Flow& flow,
                       const Totals& before, absl::Time at) {
  const engine::Question question(flow, policy, at);
  engine::Tallies tallies;
  tallies.persons = CounterOf(before.persons);
  tallies.sensitive = CounterOf(before.sensitive);
  tallies.group_persons = CounterOf(before.group_persons);
  v1::Decision decision;
  question.Decide(tallies, &decision);
  return decision;
}

Answer AnswerOf(const v1::Decision& decision) {
  Answer answer;
  answer.verdict = decision.verdict();
  answer.requirement = decision.requirement();
  answer.required_mechanism = decision.required_mechanism();
  answer.headline = decision.headline();
  for (const v1::ItemVerdict& item : decision.items()) {
    answer.items.push_back({item.mechanism(), item.satisfied()});
  }
  answer.charging = decision.charging();
  answer.charged_persons = decision.charged_persons();
  answer.charged_sensitive_persons = decision.charged_sensitive_persons();
  answer.lane = decision.lane();
  return answer;
}

std::string BytesOf(const v1::Decision& decision) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    decision.SerializeToCodedStream(&coded);
  }
  return bytes;
}

bool WellFormed(const v1::Flow& flow) {
  return engine::ValidateFlow(flow).empty();
}

std::string Describe(uint64_t seed, const policy::Source& policy,
                     const Asked& asked) {
  std::string text = absl::StrCat(
      "seed ", seed, " at ",
      absl::FormatTime(asked.at, absl::FixedTimeZone(8 * 3600)), "\nbefore ",
      Text(asked.before.persons), " persons, ", Text(asked.before.sensitive),
      " sensitive, ", Text(asked.before.group_persons), " of the group\n",
      asked.flow.DebugString());
  for (const v1::RegistryShard& shard : policy.registry) {
    for (const v1::Enterprise& enterprise : shard.enterprises()) {
      if (enterprise.uscc() == asked.flow.exporter()) {
        absl::StrAppend(&text, "exporter ", enterprise.ShortDebugString(),
                        "\n");
      }
    }
    for (const v1::Group& group : shard.groups()) {
      absl::StrAppend(&text, "group ", group.ShortDebugString(), "\n");
    }
    for (const v1::Filing& filing : shard.filings()) {
      if (filing.exporter() == asked.flow.exporter()) {
        absl::StrAppend(&text, "filing ", filing.ShortDebugString(), "\n");
      }
    }
    for (const v1::ListFiling& filing : shard.list_filings()) {
      if (filing.exporter() == asked.flow.exporter()) {
        absl::StrAppend(&text, "list filing ", filing.ShortDebugString(), "\n");
      }
    }
  }
  for (const policy::List& list : policy.lists) {
    absl::StrAppend(&text, "list ", list.head.ShortDebugString(), "\n");
    for (const v1::ListRow& row : list.rows) {
      absl::StrAppend(&text, "  row ", row.ShortDebugString(), "\n");
    }
  }
  return text;
}

}  // namespace tongguan::oracle
