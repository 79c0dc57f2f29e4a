#include "gateway/policy/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::string Refusal(const Source& source) {
  return std::string(Snapshot::Compile(source).status().message());
}

std::vector<Part> PartsOf(Source source) {
  Parts parts;
  EXPECT_TRUE(Snapshot::Compile(std::move(source), &parts).ok());
  return PutTogether(parts);
}

// Something in every part.
Source FullSource() {
  Source source = TestSource();
  v1::RegistryShard& shard = source.registry[0];
  for (const char* id : {"b", "a", "c"}) {
    *shard.add_filings() = TestFiling(id, v1::FILING_KIND_STANDARD_CONTRACT);
    v1::ListFiling* filing = shard.add_list_filings();
    filing->set_id(id);
    filing->set_exporter(kShenzhenExporter);
    filing->set_list("test-negative");
    filing->set_edition("1");
    filing->set_filed("2026-02-01");
    v1::GreenChannelRegistration* green = shard.add_registrations();
    green->set_id(id);
    green->set_exporter(kShenzhenExporter);
    green->set_granted("2026-01-01");
    green->set_valid_to("2026-12-31");
    v1::RestrictedRecipient* entry = shard.add_restricted();
    entry->set_organization_id(id);
    entry->set_since("2026-03-01");
    shard.add_groups()->set_id(id);
  }
  shard.mutable_groups(0)->add_members(kShanghaiExporter);
  for (v1::ListKind kind : {v1::LIST_KIND_NEGATIVE, v1::LIST_KIND_GENERAL}) {
    List& list = source.lists.emplace_back(TestList(kind));
    for (int i = 0; i < 12; ++i) {
      v1::ListRow* row = AddRow(&list, absl::StrCat("r", i));
      row->add_categories("name");
      row->add_names(absl::StrCat("item", i));
    }
  }
  return source;
}

template <typename Entries>
void Shuffle(Entries* entries, std::mt19937* random) {
  for (int i = entries->size() - 1; i > 0; --i) {
    entries->SwapElements(i, static_cast<int>((*random)() % (i + 1)));
  }
}

// The same policy, its entries in another order and in files of their own.
Source Shuffled(Source source, std::mt19937* random) {
  Shuffle(source.regime.mutable_contract_activities(), random);
  Shuffle(source.regime.mutable_certification_bodies(), random);
  Shuffle(source.regime.mutable_gba_cities(), random);
  Shuffle(source.taxonomy.mutable_categories(), random);
  Shuffle(source.taxonomy.mutable_sensitive_kinds(), random);
  std::shuffle(source.lists.begin(), source.lists.end(), *random);
  for (List& list : source.lists) {
    std::shuffle(list.rows.begin(), list.rows.end(), *random);
  }
  std::vector<v1::RegistryShard> shards(4);
  const auto any = [&]() -> v1::RegistryShard& {
    return shards[(*random)() % shards.size()];
  };
  for (v1::RegistryShard& from : source.registry) {
    for (auto& e : from.enterprises()) *any().add_enterprises() = e;
    for (auto& e : from.filings()) *any().add_filings() = e;
    for (auto& e : from.registrations()) *any().add_registrations() = e;
    for (auto& e : from.list_filings()) *any().add_list_filings() = e;
    for (auto& e : from.groups()) *any().add_groups() = e;
    for (auto& e : from.restricted()) *any().add_restricted() = e;
  }
  for (v1::RegistryShard& shard : shards) {
    Shuffle(shard.mutable_filings(), random);
    Shuffle(shard.mutable_restricted(), random);
  }
  source.registry = std::move(shards);
  return source;
}

TEST(SnapshotTest, TestPolicyCompiles) {
  const auto policy = MustCompile(TestSource());
  EXPECT_EQ(policy->registry().enterprises(), 2u);
  EXPECT_EQ(policy->lists().all().size(), 0u);
  EXPECT_EQ(policy->regime().order_size(), 22);
  EXPECT_TRUE(policy->calendar().IsLoaded(ParseDay("2026-11-21").value()));
  EXPECT_NE(policy->taxonomy().FindCategory("name"), nullptr);
  EXPECT_EQ(policy->digest().size(), 32u);
}

TEST(SnapshotTest, AnExportersListsAreThoseOfAllItsAreas) {
  Source source = TestSource();
  v1::Enterprise& another = *source.registry[0].add_enterprises();
  another = source.registry[0].enterprises(1);  // As kShenzhenExporter.
  another.set_uscc("91310000000000001Y");
  another.set_region("CN-BJ");
  for (const char* area : {"CN-SH", "CN-GD-SZ", "CN-SH-FTZ", "CN-GD", "CN"}) {
    List& list = source.lists.emplace_back(TestList(v1::LIST_KIND_NEGATIVE));
    list.head.set_edition(area);
    list.head.set_areas(0, area);
  }
  const auto policy = MustCompile(std::move(source));
  const auto lists_of = [&policy](const char* uscc) {
    std::vector<std::string> names;
    for (uint32_t i : policy->ListsOf(*policy->registry().Find(uscc))) {
      names.push_back(policy->lists().all()[i].head.edition());
    }
    return names;
  };
  EXPECT_THAT(lists_of(kShanghaiExporter),
              UnorderedElementsAre("CN-SH", "CN-SH-FTZ", "CN"));
  EXPECT_THAT(lists_of(kShenzhenExporter),
              UnorderedElementsAre("CN-GD-SZ", "CN-GD", "CN"));
  EXPECT_THAT(lists_of("91310000000000001Y"), UnorderedElementsAre("CN"));
}

TEST(SnapshotTest, EveryKindOfTestFilingCompiles) {
  Source source = TestSource();
  for (int kind = 1; kind < v1::FilingKind_ARRAYSIZE; ++kind) {
    *source.registry[0].add_filings() =
        TestFiling(absl::StrCat("F", kind), static_cast<v1::FilingKind>(kind));
  }
  EXPECT_EQ(Refusal(source), "");
}

TEST(SnapshotTest, PartsAreNamedAndSorted) {
  std::vector<std::string> names;
  for (const Part& part : PartsOf(FullSource())) names.push_back(part.name);
  const auto shard = [](const char* uscc) {
    return absl::StrCat("registry/", DigestHex(Sha256(uscc)).substr(0, 2));
  };
  std::vector<std::string> shards = {shard(kShanghaiExporter),
                                     shard(kShenzhenExporter)};
  std::sort(shards.begin(), shards.end());
  EXPECT_THAT(names, ElementsAre("calendar", "lists/test-general/1",
                                 "lists/test-negative/1", "regime", shards[0],
                                 shards[1], "registry/groups",
                                 "registry/restricted", "taxonomy"));
}

// "-" goes before "/", but an id before a longer one.
TEST(SnapshotTest, PartsOfListsAreSortedByName) {
  Source source = TestSource();
  for (const char* id : {"a", "a-b"}) {
    source.lists.push_back(TestList(v1::LIST_KIND_GENERAL));
    source.lists.back().head.set_id(id);
  }
  std::vector<std::string> names;
  for (const Part& part : PartsOf(source)) names.push_back(part.name);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()))
      << testing::PrintToString(names);
  EXPECT_EQ(names[1], "lists/a-b/1");
}

// A part of the registry is the bytes of one message, its entries sorted.
TEST(SnapshotTest, RegistryPartsAreSortedShards) {
  int filings = 0;
  for (const Part& part : PartsOf(FullSource())) {
    if (!absl::StartsWith(part.name, "registry/")) continue;
    v1::RegistryShard shard;
    ASSERT_TRUE(shard.ParseFromString(part.bytes));
    EXPECT_EQ(shard.SerializeAsString(), part.bytes) << part.name;
    const auto by_id = [](const auto& a, const auto& b) {
      return a.id() < b.id();
    };
    const auto sorted = [&by_id](const auto& entries) {
      return std::is_sorted(entries.begin(), entries.end(), by_id);
    };
    EXPECT_TRUE(sorted(shard.filings()) && sorted(shard.registrations()) &&
                sorted(shard.list_filings()) && sorted(shard.groups()))
        << part.name;
    EXPECT_TRUE(
        std::is_sorted(shard.restricted().begin(), shard.restricted().end(),
                       [](const auto& a, const auto& b) {
                         return a.organization_id() < b.organization_id();
                       }))
        << part.name;
    filings += shard.filings_size();
  }
  EXPECT_EQ(filings, 3);
}

// The digest as README.md defines it, taken here in its own way.
TEST(SnapshotTest, DigestIsOfTheManifestsText) {
  const auto policy = MustCompile(FullSource());
  const std::vector<Part> parts = PartsOf(FullSource());
  std::string text = "tongguan policy manifest v1\n";
  ASSERT_EQ(policy->manifest().parts_size(), static_cast<int>(parts.size()));
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    const v1::PolicyPart& entry = policy->manifest().parts(i);
    EXPECT_EQ(entry.name(), part.name);
    EXPECT_EQ(entry.length(), part.bytes.size());
    EXPECT_EQ(entry.digest(), DigestBytes(Sha256(part.bytes)));
    absl::StrAppend(&text, DigestHex(Sha256(part.bytes)), " ",
                    part.bytes.size(), " ", part.name, "\n");
  }
  EXPECT_EQ(policy->digest(), DigestBytes(Sha256(text)));
}

TEST(SnapshotTest, DigestDoesNotDependOnOrder) {
  const auto policy = MustCompile(FullSource());
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(MustCompile(Shuffled(FullSource(), &random))->digest(),
              policy->digest());
  }
}

TEST(SnapshotTest, DigestChangesWithAnyPart) {
  const std::string before = MustCompile(FullSource())->digest();
  const auto after = [](auto change) {
    Source source = FullSource();
    change(&source);
    return MustCompile(std::move(source))->digest();
  };
  EXPECT_NE(before, after([](Source* s) { s->regime.set_edition("x"); }));
  EXPECT_NE(before, after([](Source* s) { s->calendar.set_source("x"); }));
  EXPECT_NE(before, after([](Source* s) {
              s->taxonomy.mutable_categories(0)->set_name_en("x");
            }));
  EXPECT_NE(before,
            after([](Source* s) { s->lists[0].rows[3].set_gloss_en("x"); }));
  EXPECT_NE(before, after([](Source* s) {
              s->lists[1].head.set_completeness(v1::COMPLETENESS_PARTIAL);
            }));
  EXPECT_NE(before, after([](Source* s) {
              s->registry[0].mutable_enterprises(0)->set_ciio(v1::FACT_YES);
            }));
  EXPECT_NE(before, after([](Source* s) {
              s->registry[0].mutable_groups(1)->set_name("x");
            }));
  EXPECT_NE(before, after([](Source* s) {
              s->registry[0].mutable_restricted(1)->set_notice("x");
            }));
}

TEST(SnapshotTest, RegistryChangeLeavesOtherPartsAlone) {
  const auto before = MustCompile(FullSource());
  Source source = FullSource();
  source.registry[0].mutable_filings(0)->set_number("2026-1");
  const auto after = MustCompile(std::move(source));
  int changed = 0;
  for (int i = 0; i < before->manifest().parts_size(); ++i) {
    if (before->manifest().parts(i).digest() ==
        after->manifest().parts(i).digest()) {
      continue;
    }
    ++changed;
    EXPECT_THAT(before->manifest().parts(i).name(), StartsWith("registry/"));
  }
  EXPECT_EQ(changed, 1);
}

TEST(SnapshotTest, PartsGiveTheSourceBack) {
  const auto policy = MustCompile(FullSource());
  const auto source = SourceFromParts(PartsOf(FullSource()));
  ASSERT_TRUE(source.ok()) << source.status();
  const auto again = MustCompile(*source);
  EXPECT_EQ(again->digest(), policy->digest());
  EXPECT_EQ(again->lists().all().size(), 2u);
  EXPECT_EQ(again->lists().all()[0].rows.size(), 12u);
  EXPECT_EQ(again->registry().filings(), 3u);
}

TEST(SnapshotTest, RefusesUnknownPart) {
  const auto source = SourceFromParts({{"secrets", ""}});
  EXPECT_EQ(source.status().message(),
            "policy part \"secrets\": no such part. Use the version that "
            "wrote it.");
}

TEST(SnapshotTest, RefusesPartThatIsNoMessage) {
  for (const char* name : {"regime", "calendar", "taxonomy", "lists/a/1",
                           "registry/00", "registry/groups"}) {
    EXPECT_THAT(
        std::string(SourceFromParts({{name, "\x01"}}).status().message()),
        StartsWith(
            absl::StrCat("policy part \"", name, "\": not the bytes of a ")));
  }
}

TEST(SnapshotTest, RefusesUnknownCategoryInARow) {
  Source source = FullSource();
  source.lists[0].rows[3].add_categories("nothing");
  EXPECT_EQ(Refusal(source),
            "lists/test-negative/1 row \"r3\".categories: \"nothing\" is not "
            "in the taxonomy. Add it there or correct it.");
}

TEST(SnapshotTest, RefusesUnknownCategoryInAFiling) {
  Source source = FullSource();
  source.registry[0].mutable_filings(0)->mutable_scope()->add_categories("no");
  EXPECT_EQ(Refusal(source),
            "registry filing \"b\".scope.categories[8]: \"no\" is not in the "
            "taxonomy. Add it there or correct it.");
}

// Every enum whose unspecified value the protos refuse.
TEST(SnapshotTest, RefusesUnspecifiedEnums) {
  const auto refusal = [](auto change) {
    Source source = FullSource();
    v1::Detector* detector = source.taxonomy.add_detectors();
    detector->set_id("d");
    detector->set_category("name");
    detector->set_pattern("x");
    detector->set_check(v1::VALUE_CHECK_NONE);
    EXPECT_EQ(Refusal(source), "");
    change(&source);
    return Refusal(source);
  };
  const auto enterprise = [](Source* s) {
    return s->registry[0].mutable_enterprises(0);
  };
  constexpr char kAt[] = "registry enterprise \"91350100M000100Y43\".";
  EXPECT_THAT(refusal([&](Source* s) { enterprise(s)->clear_ciio(); }),
              StartsWith(absl::StrCat(kAt, "ciio: unspecified.")));
  EXPECT_THAT(
      refusal([&](Source* s) { enterprise(s)->clear_gba_registered(); }),
      StartsWith(absl::StrCat(kAt, "gba_registered: unspecified.")));
  EXPECT_THAT(
      refusal([&](Source* s) { enterprise(s)->clear_foreign_invested(); }),
      StartsWith(absl::StrCat(kAt, "foreign_invested: unspecified.")));
  EXPECT_THAT(refusal([](Source* s) {
                s->registry[0].mutable_filings(0)->clear_kind();
              }),
              StartsWith("registry filing \"b\".kind: unspecified."));
  EXPECT_THAT(refusal([](Source* s) {
                s->registry[0].mutable_filings(0)->clear_status();
              }),
              StartsWith("registry filing \"b\".status: unspecified."));
  EXPECT_THAT(refusal([](Source* s) { s->lists[0].head.clear_kind(); }),
              StartsWith("lists/test-negative/1.kind: unspecified."));
  EXPECT_THAT(refusal([](Source* s) { s->lists[0].head.clear_completeness(); }),
              StartsWith("lists/test-negative/1.completeness: unspecified."));
  EXPECT_THAT(refusal([](Source* s) { s->lists[0].head.clear_filing_rule(); }),
              StartsWith("lists/test-negative/1.filing_rule: unspecified."));
  EXPECT_THAT(refusal([](Source* s) {
                s->taxonomy.mutable_categories(2)->clear_data_class();
              }),
              StartsWith("taxonomy category \"name\".data_class: unspec"));
  EXPECT_THAT(refusal([](Source* s) {
                s->taxonomy.mutable_detectors(0)->clear_check();
              }),
              StartsWith("taxonomy detector \"d\".check: unspecified."));
  EXPECT_THAT(
      refusal([](Source* s) { s->regime.mutable_order(0)->clear_rule(); }),
      StartsWith("regime.order[0].rule: unspecified."));
}

TEST(SnapshotTest, RefusesTextThatIsNotUtf8) {
  Source source = TestSource();
  const std::string bad(1, '\xff');
  source.registry[0].mutable_enterprises(1)->set_name(bad);
  EXPECT_THAT(Refusal(source),
              StartsWith("registry enterprise \"91440300MA5TEXT018\".name: "
                         "not UTF-8 text."));
}

}  // namespace
}  // namespace tongguan::policy
