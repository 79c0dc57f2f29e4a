#include "gateway/base/sha256.h"

#include <gtest/gtest.h>

namespace tongguan {
namespace {

// FIPS 180-4 examples (NIST, "SHA256.pdf").
TEST(Sha256Test, KnownAnswers) {
  EXPECT_EQ(DigestHex(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(DigestHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(DigestHex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmno"
                             "mnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039"
            "a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256Test, PartsAreHashedOnEnd) {
  EXPECT_EQ(Sha256({"a", "", "bc"}), Sha256("abc"));
  EXPECT_EQ(Sha256({""}), Sha256(""));
  const std::string zero("a\0b", 3);
  EXPECT_EQ(Sha256({"a", absl::string_view("\0", 1), "b"}), Sha256(zero));
}

TEST(Sha256Test, BytesAreTheDigest) {
  const std::string bytes = DigestBytes(Sha256("abc"));
  ASSERT_EQ(bytes.size(), 32u);
  EXPECT_EQ(static_cast<uint8_t>(bytes[0]), 0xba);
  EXPECT_EQ(static_cast<uint8_t>(bytes[31]), 0xad);
}

}  // namespace
}  // namespace tongguan
