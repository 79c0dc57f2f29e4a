// The shipped policy, written to two folders with files, entries and rows in
// different orders and loaded from each, decides the same, byte for byte.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/policy/csv.h"
#include "gateway/policy/snapshot.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/oracle/ask.h"

namespace tongguan::oracle {
namespace {

// Tests run in the root of the source tree.
constexpr char kShipped[] = "policy";

namespace fs = std::filesystem;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A policy folder that goes away with this.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/tongguan-shuffle-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

  void Write(const std::string& file, const std::string& text) const {
    const fs::path path = path_ + "/" + file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void Write(const std::string& file, const Message& message) const {
    std::string text;
    google::protobuf::TextFormat::PrintToString(message, &text);
    Write(file, text);
  }

 private:
  std::string path_;
};

// Deals the entries of all repeated fields, shuffled, to `files` messages of
// the same type, and writes those under random names.
template <typename MessageT>
void Deal(Random* random, const MessageT& whole, const std::string& where,
          int files, const Folder& to) {
  std::vector<MessageT> parts(files);
  std::vector<const FieldDescriptor*> fields;
  whole.GetReflection()->ListFields(whole, &fields);
  for (const FieldDescriptor* field : fields) {
    ASSERT_TRUE(field->is_repeated() && field->message_type() != nullptr);
    std::vector<int> order(whole.GetReflection()->FieldSize(whole, field));
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    random->Shuffle(&order);
    for (int i : order) {
      MessageT& part = parts[random->Below(files)];
      part.GetReflection()
          ->AddMessage(&part, field)
          ->CopyFrom(
              whole.GetReflection()->GetRepeatedMessage(whole, field, i));
    }
  }
  for (const MessageT& part : parts) {
    to.Write(
        absl::StrCat(where, "/", random->Below(1'000'000'000), ".textproto"),
        part);
  }
}

// The records of items.csv, those after the header shuffled.
std::string ShuffledRows(Random* random, const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string bytes = text.str();
  policy::CsvReader csv(bytes);
  std::string header;
  std::vector<std::string> rows;
  std::vector<std::string> cells;
  while (csv.Next(&cells)) {
    for (std::string& cell : cells) {
      cell =
          absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
    }
    const std::string line = absl::StrCat(absl::StrJoin(cells, ","), "\n");
    header.empty() ? header = line : rows.emplace_back(line);
  }
  EXPECT_EQ(csv.error(), "");
  random->Shuffle(&rows);
  return header + absl::StrJoin(rows, "");
}

// Writes the shipped policy in another order.
void WriteShuffled(Random* random, const policy::Source& shipped,
                   const Folder& to) {
  to.Write("regime/regime.textproto", shipped.regime);
  to.Write("calendar/calendar.textproto", shipped.calendar);
  Deal(random, shipped.taxonomy, "taxonomy", 3, to);
  v1::RegistryShard registry;
  for (const v1::RegistryShard& shard : shipped.registry) {
    registry.MergeFrom(shard);
  }
  Deal(random, registry, "registry", 7, to);
  for (const policy::List& list : shipped.lists) {
    const std::string folder =
        absl::StrCat("lists/", list.head.id(), "/", list.head.edition());
    to.Write(folder + "/list.textproto", list.head);
    to.Write(folder + "/items.csv",
             ShuffledRows(random,
                          absl::StrCat(kShipped, "/", folder, "/items.csv")));
  }
}

// Flows of the random world, asked for enterprises of the shipped registry,
// with sectors, categories and names of the shipped lists and taxonomy.
void MoveToShipped(Random* random, const policy::Source& shipped,
                   v1::Flow* flow) {
  std::vector<std::string> exporters;
  for (const v1::RegistryShard& shard : shipped.registry) {
    for (const v1::Enterprise& enterprise : shard.enterprises()) {
      exporters.push_back(enterprise.uscc());
    }
  }
  flow->set_exporter(random->PickFrom(exporters));
  const policy::List& list = random->PickFrom(shipped.lists);
  if (list.rows.empty()) return;
  const v1::ListRow& row = random->PickFrom(list.rows);
  flow->set_sector(row.sector());
  flow->set_scenario(row.scenario());
  if (row.names_size() > 0) {
    flow->mutable_items(0)->set_name(random->PickFrom(row.names()));
  }
  flow->mutable_items(0)->set_category(
      random->PickFrom(shipped.taxonomy.categories()).id());
}

TEST(ShuffleTest, TheShippedPolicyInAnotherOrderGivesTheSameBytes) {
  const auto shipped = policy::ReadPolicyDir(kShipped);
  ASSERT_TRUE(shipped.ok()) << shipped.status();
  Random random(FirstSeed());
  const Folder first, second;
  WriteShuffled(&random, *shipped, first);
  WriteShuffled(&random, *shipped, second);
  const auto one = policy::LoadPolicyDir(first.path());
  ASSERT_TRUE(one.ok()) << one.status();
  const auto other = policy::LoadPolicyDir(second.path());
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ((*one)->digest(), (*other)->digest());
  EXPECT_EQ((*one)->digest(), (*policy::LoadPolicyDir(kShipped))->digest());
  Random worlds(FirstSeed());
  const policy::Source world = RandomPolicy(&worlds, /*monotone=*/true);
  int64_t tried = 0;
  int64_t allowed = 0;
  const int64_t flows = FlowsToTry(10'000);
  while (tried < flows) {
    Asked asked = RandomQuestion(&random, world);
    MoveToShipped(&random, *shipped, &asked.flow);
    if (!WellFormed(asked.flow)) continue;
    ++tried;
    const v1::Decision decision = AskEngine(**one, asked);
    allowed += decision.verdict() == v1::VERDICT_ALLOW;
    ASSERT_EQ(BytesOf(decision), BytesOf(AskEngine(**other, asked)))
        << asked.flow.DebugString();
  }
  EXPECT_GT(allowed, flows / 20);
  EXPECT_LT(allowed, flows - flows / 20);
}

}  // namespace
}  // namespace tongguan::oracle
