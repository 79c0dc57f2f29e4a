#include "gateway/journal/proof.h"

#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/journal/frontier.h"
#include "gtest/gtest.h"

namespace tongguan::journal {
namespace {

// RFC 6962, section 2.1, written down as it stands there: the reference. What
// it has hashed it keeps, else a million proofs would take hours.
class Reference {
 public:
  explicit Reference(std::vector<std::string> leaves)
      : leaves_(std::move(leaves)) {}

  Hash Mth(size_t begin, size_t end) {
    if (begin == end) return Sha256("");
    if (end - begin == 1) {
      return Sha256(absl::StrCat(std::string(1, '\x00'), leaves_[begin]));
    }
    auto known = known_.find({begin, end});
    if (known != known_.end()) return known->second;
    const size_t middle = begin + Split(end - begin);
    const Hash hash =
        Sha256(absl::StrCat("\x01", DigestBytes(Mth(begin, middle)),
                            DigestBytes(Mth(middle, end))));
    known_[{begin, end}] = hash;
    return hash;
  }

  // PATH(m, D[begin:end]); m counts from `begin`.
  Proof Path(size_t m, size_t begin, size_t end) {
    if (end - begin == 1) return {};
    const size_t k = Split(end - begin);
    Proof path;
    if (m < k) {
      path = Path(m, begin, begin + k);
      path.push_back(Mth(begin + k, end));
    } else {
      path = Path(m - k, begin + k, end);
      path.push_back(Mth(begin, begin + k));
    }
    return path;
  }

  // SUBPROOF(m, D[begin:end], whole).
  Proof Subproof(size_t m, size_t begin, size_t end, bool whole) {
    if (m == end - begin) {
      return whole ? Proof() : Proof{Mth(begin, end)};
    }
    const size_t k = Split(end - begin);
    Proof proof;
    if (m <= k) {
      proof = Subproof(m, begin, begin + k, whole);
      proof.push_back(Mth(begin + k, end));
    } else {
      proof = Subproof(m - k, begin + k, end, false);
      proof.push_back(Mth(begin, begin + k));
    }
    return proof;
  }

  Hashes All() {
    return [this](int level, uint64_t index) -> absl::StatusOr<Hash> {
      return Mth(index << level, (index + 1) << level);
    };
  }

 private:
  static size_t Split(size_t n) {
    size_t k = 1;
    while (2 * k < n) k *= 2;
    return k;
  }

  const std::vector<std::string> leaves_;
  std::map<std::pair<size_t, size_t>, Hash> known_;
};

constexpr size_t kSizes = 1024;

std::vector<std::string> Leaves(size_t count) {
  std::vector<std::string> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(absl::StrCat("leaf ", i));
  return leaves;
}

Hash FromHex(absl::string_view hex) {
  Hash hash;
  EXPECT_TRUE(ReadHash(absl::HexStringToBytes(hex), &hash)) << hex;
  return hash;
}

// The eight inputs and the roots over the first 1 to 8 of them that Certificate
// Transparency's implementations are tested with.
TEST(FrontierTest, HasTheKnownRootsOfCertificateTransparency) {
  const std::vector<std::string> leaves = {"",
                                           "00",
                                           "10",
                                           "2021",
                                           "3031",
                                           "40414243",
                                           "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Frontier frontier;
  EXPECT_EQ(DigestHex(frontier.Root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (size_t i = 0; i < leaves.size(); ++i) {
    frontier.Append(LeafHash(absl::HexStringToBytes(leaves[i])), nullptr);
    EXPECT_EQ(DigestHex(frontier.Root()), roots[i]) << i + 1 << " leaves";
  }
}

TEST(FrontierTest, IsTheReferenceAtEverySizeWhereverItBegins) {
  const auto leaves = Leaves(kSizes);
  Reference reference(leaves);
  Frontier grown;
  for (size_t size = 0;; ++size) {
    const Hash root = reference.Mth(0, size);
    ASSERT_EQ(grown.Root(), root) << size;
    const auto begun = Frontier::At(size, reference.All());
    ASSERT_TRUE(begun.ok()) << begun.status();
    ASSERT_EQ(begun->Root(), root) << size;
    ASSERT_EQ(begun->size(), size);
    ASSERT_EQ(*RootAt(size, reference.All()), root) << size;
    if (size == kSizes) return;
    grown.Append(LeafHash(leaves[size]), nullptr);
  }
}

TEST(FrontierTest, StoresTheHashOfEveryTileThatFills) {
  const size_t size = 256 * 256 + 300;
  Reference reference(Leaves(size));
  Frontier frontier;
  std::vector<StoredHash> stored;
  for (size_t i = 0; i < size; ++i) {
    frontier.Append(LeafHash(absl::StrCat("leaf ", i)), &stored);
  }
  ASSERT_EQ(stored.size(), 257u + 1u);
  for (const StoredHash& hash : stored) {
    EXPECT_EQ(hash.level, &hash == &stored[256] ? 16 : 8);
    EXPECT_EQ(hash.hash, *reference.All()(hash.level, hash.index));
  }
}

TEST(SubtreeTest, EveryHashIsMadeOfThoseThatAreKept) {
  Reference reference(Leaves(2048));
  const Hashes kept = [&](int level, uint64_t index) -> absl::StatusOr<Hash> {
    EXPECT_EQ(level % kTileHeight, 0);
    return reference.All()(level, index);
  };
  for (int level = 0; level <= 11; ++level) {
    for (uint64_t index = 0; (index + 1) << level <= 2048; ++index) {
      ASSERT_EQ(*FromStored(kept)(level, index), *reference.All()(level, index))
          << level << " " << index;
    }
  }
}

TEST(SubtreeTest, AHashThatIsNotThereIsAnError) {
  const Hashes none = [](int, uint64_t) -> absl::StatusOr<Hash> {
    return absl::NotFoundError("pruned");
  };
  EXPECT_EQ(FromStored(none)(3, 0).status().message(), "pruned");
  EXPECT_FALSE(Frontier::At(5, FromStored(none)).ok());
  EXPECT_FALSE(ProveInclusion(0, 5, FromStored(none)).ok());
  EXPECT_FALSE(ProveConsistency(3, 5, FromStored(none)).ok());
}

TEST(ProofTest, InclusionOfEveryLeafInEverySizeIsTheReferenceAndVerifies) {
  const auto leaves = Leaves(kSizes);
  Reference reference(leaves);
  const Hashes hashes = reference.All();
  size_t checks = 0;
  for (size_t size = 1; size <= kSizes; ++size) {
    const Hash root = reference.Mth(0, size);
    for (size_t index = 0; index < size; ++index, ++checks) {
      const auto proof = ProveInclusion(index, size, hashes);
      ASSERT_TRUE(proof.ok()) << proof.status();
      ASSERT_EQ(*proof, reference.Path(index, 0, size)) << index << "/" << size;
      const Hash leaf = reference.Mth(index, index + 1);
      ASSERT_TRUE(VerifyInclusion(leaf, index, size, *proof, root).ok())
          << index << "/" << size;
    }
  }
  EXPECT_EQ(checks, kSizes * (kSizes + 1) / 2);
}

TEST(ProofTest, ConsistencyFromEverySizeToEverySizeIsTheReferenceAndVerifies) {
  Reference reference(Leaves(kSizes));
  const Hashes hashes = reference.All();
  size_t checks = 0;
  for (size_t size = 0; size <= kSizes; ++size) {
    const Hash root = reference.Mth(0, size);
    for (size_t old_size = 0; old_size <= size; ++old_size, ++checks) {
      const auto proof = ProveConsistency(old_size, size, hashes);
      ASSERT_TRUE(proof.ok()) << proof.status();
      if (old_size > 0) {
        ASSERT_EQ(*proof, reference.Subproof(old_size, 0, size, true))
            << old_size << "/" << size;
      }
      ASSERT_TRUE(VerifyConsistency(old_size, reference.Mth(0, old_size), size,
                                    root, *proof)
                      .ok())
          << old_size << "/" << size;
    }
  }
  EXPECT_EQ(checks, (kSizes + 1) * (kSizes + 2) / 2);
}

TEST(ProofTest, ABeyondLyingIndexOrSizeIsRefused) {
  Reference reference(Leaves(8));
  EXPECT_EQ(ProveInclusion(8, 8, reference.All()).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ProveConsistency(9, 8, reference.All()).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(VerifyInclusion({}, 8, 8, {}, {}).ok());
  EXPECT_FALSE(VerifyInclusion({}, 0, 0, {}, {}).ok());
  EXPECT_FALSE(VerifyConsistency(9, {}, 8, {}, {}).ok());
}

// One proof, spoilt in every way that the vectors of transparency-dev/merkle
// spoil theirs. Each must fail.
class SpoiltTest : public testing::TestWithParam<std::pair<size_t, size_t>> {
 protected:
  SpoiltTest() : reference_(Leaves(300)) {}
  Hash Root(size_t size) { return reference_.Mth(0, size); }

  static std::vector<Proof> Spoilt(const Proof& good, const Hash& root) {
    std::vector<Proof> proofs;
    for (size_t i = 0; i < good.size(); ++i) {
      for (int bit = 0; bit < 256; ++bit) {
        proofs.push_back(good);
        proofs.back()[i][bit / 8] ^= 1 << bit % 8;
      }
      proofs.push_back(good);
      proofs.back().erase(proofs.back().begin() + static_cast<ptrdiff_t>(i));
    }
    for (const Hash& garbage : {Hash{}, root, LeafHash("garbage")}) {
      proofs.push_back(good);
      proofs.back().push_back(garbage);
      proofs.push_back(good);
      proofs.back().insert(proofs.back().begin(), garbage);
    }
    if (!good.empty()) proofs.emplace_back();
    if (good.size() > 1) proofs.emplace_back(good.rbegin(), good.rend());
    return proofs;
  }

  Reference reference_;
};

TEST_P(SpoiltTest, Inclusion) {
  const auto [index, size] = GetParam();
  const Hash leaf = reference_.Mth(index, index + 1);
  const Hash root = Root(size);
  const Proof good = reference_.Path(index, 0, size);
  ASSERT_TRUE(VerifyInclusion(leaf, index, size, good, root).ok());
  for (const Proof& proof : Spoilt(good, root)) {
    EXPECT_FALSE(VerifyInclusion(leaf, index, size, proof, root).ok());
  }
  for (size_t other = 0; other < size; ++other) {
    if (other == index) continue;
    EXPECT_FALSE(VerifyInclusion(leaf, other, size, good, root).ok()) << other;
  }
  EXPECT_FALSE(VerifyInclusion(leaf, index, 2 * size, good, root).ok());
  EXPECT_FALSE(VerifyInclusion(leaf, index, size, good, Hash{}).ok());
  EXPECT_FALSE(
      VerifyInclusion(LeafHash("other"), index, size, good, root).ok());
  // A node passed off as a leaf, and the record where its hash belongs.
  EXPECT_FALSE(VerifyInclusion(root, index, size, good, root).ok() && size > 1);
}

TEST_P(SpoiltTest, Consistency) {
  const auto [old_size, size] = GetParam();
  const Hash before = Root(old_size), after = Root(size);
  const auto good = ProveConsistency(old_size, size, reference_.All());
  ASSERT_TRUE(good.ok());
  ASSERT_TRUE(VerifyConsistency(old_size, before, size, after, *good).ok());
  for (const Proof& proof : Spoilt(*good, after)) {
    EXPECT_FALSE(VerifyConsistency(old_size, before, size, after, proof).ok());
  }
  EXPECT_FALSE(VerifyConsistency(old_size, Hash{}, size, after, *good).ok());
  // Of the empty tree every tree is a continuation.
  EXPECT_EQ(VerifyConsistency(old_size, before, size, Hash{}, *good).ok(),
            old_size == 0);
  EXPECT_FALSE(VerifyConsistency(size, before, old_size, after, *good).ok() &&
               size != old_size);
  if (old_size != size) {
    EXPECT_FALSE(VerifyConsistency(old_size, after, size, before, *good).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, SpoiltTest,
    testing::Values(std::pair(0, 1), std::pair(0, 2), std::pair(1, 2),
                    std::pair(2, 3), std::pair(5, 7), std::pair(6, 8),
                    std::pair(127, 256), std::pair(255, 257),
                    std::pair(129, 300), std::pair(298, 299)));

// Sizes that no machine holds: the subtrees are made up.
TEST(ProofTest, HoldsInTreesOfUpToTwoToTheForty) {
  const Hashes made_up = [](int level, uint64_t index) -> absl::StatusOr<Hash> {
    // Leaves of the sparse tree are all alike, so its subtrees are too.
    static std::vector<Hash>* const alike =
        new std::vector<Hash>{LeafHash("alike")};
    (void)index;
    while (static_cast<int>(alike->size()) <= level) {
      alike->push_back(NodeHash(alike->back(), alike->back()));
    }
    return (*alike)[level];
  };
  const uint64_t full = uint64_t{1} << 40;
  for (const uint64_t size : {full, full - 1, full / 3, full / 2 + 7}) {
    const Hash root = *RootAt(size, made_up);
    for (const uint64_t at : {uint64_t{0}, size / 7, size / 2, size - 1}) {
      const auto proof = ProveInclusion(at, size, made_up);
      ASSERT_TRUE(proof.ok());
      EXPECT_TRUE(
          VerifyInclusion(LeafHash("alike"), at, size, *proof, root).ok());
      const auto growth = ProveConsistency(at, size, made_up);
      ASSERT_TRUE(growth.ok());
      EXPECT_TRUE(
          VerifyConsistency(at, *RootAt(at, made_up), size, root, *growth)
              .ok());
    }
  }
}

TEST(HashTest, LeavesAndNodesAreToldApart) {
  const Hash left = LeafHash("a"), right = LeafHash("b");
  EXPECT_NE(LeafHash(absl::StrCat(DigestBytes(left), DigestBytes(right))),
            NodeHash(left, right));
  EXPECT_EQ(NodeHash(left, right),
            FromHex(DigestHex(Sha256(
                absl::StrCat("\x01", DigestBytes(left), DigestBytes(right))))));
}

TEST(HashTest, OnlyThirtyTwoBytesAreAHash) {
  Hash hash;
  EXPECT_FALSE(ReadHash(std::string(31, 'x'), &hash));
  EXPECT_FALSE(ReadHash(std::string(33, 'x'), &hash));
  EXPECT_TRUE(ReadHash(std::string(32, 'x'), &hash));
}

}  // namespace
}  // namespace tongguan::journal
