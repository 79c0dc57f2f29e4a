#include "gateway/people/pseudonyms.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace tongguan::people {
namespace {

std::string Hex(const Pseudonym& pseudonym) {
  return absl::BytesToHexString(
      std::string(pseudonym.begin(), pseudonym.end()));
}

std::string MakeHex(Algorithm algorithm, const std::string& key,
                    absl::string_view identifier) {
  auto made = PseudonymKey::Create(algorithm, key);
  Pseudonym pseudonym{};
  if (!made.ok() || !made->Make(identifier, &pseudonym)) return "failed";
  return Hex(pseudonym);
}

std::string Bytes(uint8_t from, size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(from++));
  return bytes;
}

// HMAC pads a short key with zeros, so that the shorter keys of RFC 4231 are
// 32-byte keys that end in zeros.
std::string Padded(std::string key) {
  key.resize(kKeySize);
  return key;
}

TEST(PseudonymsTest, HmacSha256AsRfc4231) {
  EXPECT_EQ(MakeHex(Algorithm::kHmacSha256, Padded(std::string(20, '\x0b')),
                    "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b");
  EXPECT_EQ(MakeHex(Algorithm::kHmacSha256, Padded("Jefe"),
                    "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c7");
}

// printf 'what do ya want for nothing?' | openssl dgst -sm3 -mac HMAC
//     -macopt hexkey:0b0b…0b
TEST(PseudonymsTest, HmacSm3AsTheOpensslCommand) {
  EXPECT_EQ(MakeHex(Algorithm::kHmacSm3, std::string(32, '\x0b'),
                    "what do ya want for nothing?"),
            "3cfbf73a707438c65e80ee862311442f");
}

TEST(PseudonymsTest, AKeyIsUsedAgainAndAgain) {
  auto key = PseudonymKey::Create(Algorithm::kHmacSha256, std::string(32, 'k'));
  ASSERT_TRUE(key.ok());
  Pseudonym first, other, again;
  ASSERT_TRUE(key->Make("1", &first));
  ASSERT_TRUE(key->Make("2", &other));
  ASSERT_TRUE(key->Make("1", &again));
  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
}

TEST(PseudonymsTest, KeyOf31BytesIsRefused) {
  EXPECT_EQ(MakeHex(Algorithm::kHmacSha256, std::string(31, 'k'), "1"),
            "failed");
}

TEST(PseudonymsTest, KeyOf33BytesIsRefused) {
  EXPECT_EQ(MakeHex(Algorithm::kHmacSm3, std::string(33, 'k'), "1"), "failed");
}

TEST(PseudonymsTest, SetsStrictlyAscendingAreSets) {
  EXPECT_TRUE(CheckSet("").ok());
  EXPECT_TRUE(CheckSet(Bytes(0, 16)).ok());
  EXPECT_TRUE(CheckSet(Bytes(0, 64)).ok());
  // Bytes compare unsigned.
  EXPECT_TRUE(CheckSet(std::string(16, '\x7f') + std::string(16, '\x80')).ok());
  EXPECT_EQ(CountOf(Bytes(0, 64)), 4);
}

TEST(PseudonymsTest, SetOf17BytesIsRefused) {
  EXPECT_EQ(CheckSet(Bytes(0, 17)).message(),
            "17 bytes are no whole number of 16-byte pseudonyms. Send whole "
            "ones.");
}

TEST(PseudonymsTest, SetWithAPseudonymTwiceIsRefused) {
  const std::string set = Bytes(0, 16) + Bytes(16, 16) + Bytes(16, 16);
  EXPECT_EQ(CheckSet(set).message(),
            "pseudonym 2 stands twice. Sort them ascending, each once.");
}

TEST(PseudonymsTest, SetThatDescendsInTheLastByteIsRefused) {
  std::string later = Bytes(0, 16);
  ++later[15];
  EXPECT_EQ(CheckSet(later + Bytes(0, 16)).message(),
            "pseudonym 1 is out of order. Sort them ascending, each once.");
}

// Computed by Python's hashlib and struct from the layout in pseudonyms.h.
TEST(PseudonymsTest, DigestsAreAsDescribed) {
  const std::string persons = Bytes(0, 32);
  const Sets sets{"k1", persons, absl::string_view(persons).substr(16)};
  EXPECT_EQ(DigestHex(SetDigest(sets)),
            "3deeab0994426ea19ac28125b78ca2bc"
            "30c36199b6a5a881cc4771f00e586831");
  EXPECT_EQ(DigestHex(RecordDigest(258, sets)),
            "20a3a3c99f09d48149481f3e531375ae"
            "8959c6a4f2762aefb04a5ae26b01ddb0");
}

TEST(PseudonymsTest, DigestsTellEveryPartApart) {
  const std::string a = Bytes(0, 16);
  const Digest digest = RecordDigest(1, {"k", a, ""});
  EXPECT_NE(digest, RecordDigest(2, {"k", a, ""}));
  EXPECT_NE(digest, RecordDigest(1, {"l", a, ""}));
  EXPECT_NE(digest, RecordDigest(1, {"k", "", a}));
  EXPECT_NE(digest, RecordDigest(1, {"", "k" + a, ""}));
  EXPECT_NE(digest, SetDigest({"k", a, ""}));
}

}  // namespace
}  // namespace tongguan::people
