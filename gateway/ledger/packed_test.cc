#include "gateway/ledger/packed.h"

#include <zstd.h>

#include <random>

#include "gateway/base/sha256.h"
#include "gtest/gtest.h"

namespace tongguan::ledger {
namespace {

// As a file could hold it that Pack did not make.
std::string WithCheck(const std::string& frame) {
  return DigestBytes(Sha256(frame)).substr(0, 8) + frame;
}

std::string Packed(absl::string_view bytes) {
  Packer packer;
  const absl::string_view packed = *packer.Pack(bytes);
  return std::string(packed.data(), packed.size());
}

TEST(PackedTest, GivesBackWhatWasPackedWithOnePackerForAll) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  Packer packer;
  for (int i = 0; i < 200; ++i) {
    std::string bytes;
    const size_t size = random() % 2 == 0 ? random() % 20 : random() % 300'000;
    const unsigned alphabet = 1 + random() % 256;
    for (size_t at = 0; at < size; ++at) {
      bytes.push_back(static_cast<char>(random() % alphabet));
    }
    const auto packed = packer.Pack(bytes);
    ASSERT_TRUE(packed.ok());
    const auto unpacked = Unpack(*packed);
    ASSERT_TRUE(unpacked.ok()) << unpacked.status() << ", seed " << seed;
    EXPECT_EQ(*unpacked, bytes) << "seed " << seed;
  }
}

TEST(PackedTest, RecordsThatAreAlikeTakeLittleRoom) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    bytes += "a record of which only the number is another: ";
    bytes += std::to_string(i);
  }
  EXPECT_LT(Packed(bytes).size(), bytes.size() / 5);
}

TEST(PackedTest, EveryFlippedBitAndEveryCutIsFound) {
  const std::string packed = Packed("one record, another record, a record");
  for (size_t bit = 0; bit < packed.size() * 8; ++bit) {
    std::string flipped = packed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_TRUE(absl::IsDataLoss(Unpack(flipped).status())) << bit;
  }
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(Unpack(packed.substr(0, size)).status()))
        << size;
  }
  EXPECT_TRUE(absl::IsDataLoss(Unpack(packed + '\0').status()));
}

TEST(PackedTest, AFrameThatDoesNotSayHowLongItsContentIsIsRefused) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string frame(100, '\0');
  frame.resize(ZSTD_compress2(context, &frame[0], frame.size(), "bytes", 5));
  ZSTD_freeCCtx(context);
  EXPECT_TRUE(absl::IsDataLoss(Unpack(WithCheck(frame)).status()));
}

// As sound as any, but for its length.
TEST(PackedTest, AFrameOfMoreThanAnyCommitIsRefused) {
  const std::string bytes(kMostUnpacked + 1, 'x');
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  frame.resize(
      ZSTD_compress(&frame[0], frame.size(), bytes.data(), bytes.size(), 1));
  EXPECT_TRUE(absl::IsDataLoss(Unpack(WithCheck(frame)).status()));
}

TEST(PackedTest, NothingHidesBesideTheFrame) {
  const std::string packed = Packed("bytes");
  const std::string frame = packed.substr(8);
  ASSERT_EQ(WithCheck(frame), packed);
  const std::string empty = Packed("").substr(8);
  // RFC 8878, 3.1.2: magic number, length, as many bytes of whatever.
  const std::string skipped("\x50\x2A\x4D\x18\x06\x00\x00\x00hidden", 14);
  for (const std::string& wrong :
       {frame + frame, frame + empty, empty + frame, frame + skipped,
        skipped + frame, skipped, std::string()}) {
    EXPECT_TRUE(absl::IsDataLoss(Unpack(WithCheck(wrong)).status()));
  }
}

TEST(PackedTest, NothingIsPackedThatCouldNotBeUnpacked) {
  Packer packer;
  const std::string bytes(kMostUnpacked + 1, 'x');
  EXPECT_TRUE(absl::IsInvalidArgument(packer.Pack(bytes).status()));
  EXPECT_EQ(*Unpack(*packer.Pack(absl::string_view(bytes).substr(1))),
            bytes.substr(1));
}

}  // namespace
}  // namespace tongguan::ledger
