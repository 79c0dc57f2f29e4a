#include "gateway/journal/selection.h"

#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/journal/proof.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::journal {
namespace {

Hash Leaf(uint64_t index) { return LeafHash(absl::StrCat("record ", index)); }

Hashes AllHashes() {
  return FromStored([](int level, uint64_t index) -> absl::StatusOr<Hash> {
    Frontier part;
    for (uint64_t i = 0; i < uint64_t{1} << level; ++i) {
      part.Append(Leaf((index << level) + i), nullptr);
    }
    return part.Root();
  });
}

// Leaves [scanned.first, scanned.second) are shown to the prover one by one.
Proof Prove(uint64_t size, const std::set<uint64_t>& chosen,
            const std::set<uint64_t>& stops, uint64_t from, uint64_t to) {
  Proof proof;
  SelectionProver prover([&proof](const Hash& hash) {
    proof.push_back(hash);
    return absl::OkStatus();
  });
  while (prover.size() < size) {
    const uint64_t at = prover.size();
    if (stops.count(at) > 0) {
      EXPECT_TRUE(prover.Stop().ok());
    }
    if (chosen.count(at) > 0) {
      EXPECT_TRUE(prover.Choose().ok());
    } else if (from <= at && at < to) {
      prover.Pass(Leaf(at));
    } else {
      EXPECT_TRUE(prover.PassTo(at + 1, AllHashes()).ok());
    }
  }
  EXPECT_TRUE(prover.Stop().ok());
  return proof;
}

// The roots at the stops and at the end; empty: the proof is too short or long.
std::vector<Hash> Follow(uint64_t size, const std::set<uint64_t>& chosen,
                         std::set<uint64_t> stops, const Proof& proof,
                         const std::set<uint64_t>& changed = {}) {
  size_t used = 0;
  SelectionVerifier verifier([&]() -> absl::StatusOr<Hash> {
    if (used == proof.size()) return absl::DataLossError("too short");
    return proof[used++];
  });
  stops.insert(size);
  std::set<uint64_t> events = stops;
  events.insert(chosen.begin(), chosen.end());
  std::vector<Hash> roots;
  for (const uint64_t at : events) {
    if (!verifier.PassTo(at).ok()) return {};
    if (stops.count(at) > 0) roots.push_back(verifier.Root());
    if (at == size || chosen.count(at) == 0) continue;
    verifier.Choose(changed.count(at) > 0 ? LeafHash("other") : Leaf(at));
  }
  if (used != proof.size()) return {};
  return roots;
}

Hash RootOf(uint64_t size) { return *RootAt(size, AllHashes()); }

TEST(SelectionTest, AnyChoiceAndAnyStopsLeadToTheRoots) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    const uint64_t size = 1 + random() % 70;
    std::set<uint64_t> chosen, stops;
    for (uint64_t i = random() % 5; i > 0; --i) chosen.insert(random() % size);
    for (uint64_t i = random() % 3; i > 0; --i) stops.insert(random() % size);
    const uint64_t from = random() % size;
    const Proof proof =
        Prove(size, chosen, stops, from, from + random() % size);
    std::vector<Hash> expected;
    stops.insert(size);
    for (const uint64_t stop : stops) expected.push_back(RootOf(stop));
    ASSERT_EQ(Follow(size, chosen, stops, proof), expected) << round;
    // The same, whatever of it was scanned.
    stops.erase(size);
    EXPECT_EQ(Prove(size, chosen, stops, 0, 0), proof);
    if (chosen.empty()) continue;
    EXPECT_NE(Follow(size, chosen, stops, proof, {*chosen.begin()}), expected);
  }
}

TEST(SelectionTest, OneHashMoreLessOrOtherIsFound) {
  const std::set<uint64_t> chosen = {3, 17};
  const Proof proof = Prove(41, chosen, {9}, 0, 41);
  const auto good = Follow(41, chosen, {9}, proof);
  ASSERT_THAT(good, testing::SizeIs(2));
  for (size_t i = 0; i < proof.size(); ++i) {
    Proof bad = proof;
    bad[i][7] ^= 1;
    EXPECT_NE(Follow(41, chosen, {9}, bad), good) << i;
    bad = proof;
    bad.erase(bad.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_THAT(Follow(41, chosen, {9}, bad), testing::IsEmpty()) << i;
    bad.push_back(proof[i]);
    bad.push_back(proof[i]);
    EXPECT_THAT(Follow(41, chosen, {9}, bad), testing::IsEmpty()) << i;
  }
}

TEST(SelectionTest, ARunOfNeighboursNeedsFewHashes) {
  std::set<uint64_t> chosen;
  for (uint64_t i = 300; i < 700; ++i) chosen.insert(i);
  EXPECT_LE(Prove(1000, chosen, {}, 300, 700).size(), 20u);
}

TEST(SelectionTest, ARecordThatComesTooLateIsRefused) {
  SelectionVerifier verifier([]() -> absl::StatusOr<Hash> { return Leaf(0); });
  ASSERT_TRUE(verifier.PassTo(5).ok());
  EXPECT_EQ(verifier.PassTo(4).code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace tongguan::journal
