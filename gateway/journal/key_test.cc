#include "gateway/journal/key.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::journal {
namespace {

using testing::HasSubstr;

constexpr char kOrigin[] = "example.cn/tongguan/test";

// A key line for any 32 bytes, with the id that belongs to them.
std::string Ed25519Line(absl::string_view hex) {
  const std::string bytes = absl::StrCat("\x01", absl::HexStringToBytes(hex));
  const std::string id =
      DigestBytes(Sha256(absl::StrCat(kOrigin, "\n", bytes))).substr(0, 4);
  return absl::StrCat(kOrigin, "+", absl::BytesToHexString(id), "+",
                      absl::Base64Escape(bytes));
}

class KeyTest : public testing::TestWithParam<Algorithm> {
 protected:
  KeyTest() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "key-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    path_ = folder_ + "/log.key";
  }
  ~KeyTest() override { std::filesystem::remove_all(folder_); }

  static SigningKey Make(Algorithm algorithm = Algorithm::kEd25519) {
    auto key = SigningKey::Generate(kOrigin, algorithm);
    EXPECT_TRUE(key.ok()) << key.status();
    return *key;
  }
  void WriteFile(const std::string& text, int mode = 0600) const {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }
  std::string ReadBack() const {
    std::ifstream in(path_);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  std::string folder_;
  std::string path_;
};

TEST_P(KeyTest, WhatItSignsVerifiesAndNothingElse) {
  const SigningKey key = Make(GetParam());
  const auto signature = key.Sign("text\n");
  ASSERT_TRUE(signature.ok()) << signature.status();
  const PublicKey& public_key = key.public_key();
  EXPECT_TRUE(public_key.Verify("text\n", *signature));
  EXPECT_FALSE(public_key.Verify("text", *signature));
  EXPECT_FALSE(public_key.Verify("text\n", ""));
  EXPECT_FALSE(public_key.Verify("text\n", *signature + "x"));
  for (size_t i = 0; i < signature->size(); ++i) {
    std::string flipped = *signature;
    flipped[i] ^= 1;
    EXPECT_FALSE(public_key.Verify("text\n", flipped)) << i;
  }
  EXPECT_FALSE(Make(GetParam()).public_key().Verify("text\n", *signature));
}

TEST_P(KeyTest, ItsLineIsReadAgain) {
  const PublicKey key = Make(GetParam()).public_key();
  const auto again = PublicKey::Parse(key.ToString());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, key);
  EXPECT_EQ(again->id(), key.id());
  EXPECT_EQ(again->algorithm(), GetParam());
}

TEST_P(KeyTest, ItsFileIsReadAgainAndIsItsOwnersOnly) {
  const SigningKey key = Make(GetParam());
  ASSERT_TRUE(key.Write(path_).ok());
  struct stat file;
  ASSERT_EQ(stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_THAT(ReadBack(), HasSubstr("-----BEGIN PRIVATE KEY-----"));
  const auto again = SigningKey::Read(path_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_TRUE(key.public_key().Verify("x", *again->Sign("x")));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, KeyTest,
                         testing::Values(Algorithm::kEd25519, Algorithm::kSm2),
                         [](const auto& tested) {
                           return tested.param == Algorithm::kSm2 ? "Sm2"
                                                                  : "Ed25519";
                         });

TEST_F(KeyTest, AFileThatOthersMayReadIsRefused) {
  ASSERT_TRUE(Make().Write(path_).ok());
  for (const int mode : {0640, 0604, 0660, 0601}) {
    chmod(path_.c_str(), mode);
    EXPECT_EQ(SigningKey::Read(path_).status().code(),
              absl::StatusCode::kPermissionDenied)
        << mode;
  }
}

TEST_F(KeyTest, AFileIsNeverReplaced) {
  WriteFile("mine");
  EXPECT_EQ(Make().Write(path_).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReadBack(), "mine");
}

TEST_F(KeyTest, AMissingFileIsNotFound) {
  EXPECT_EQ(SigningKey::Read(path_).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(Make().Write(folder_ + "/none/log.key").ok());
}

TEST_F(KeyTest, WhatIsNoKeyFileIsRefused) {
  ASSERT_TRUE(Make().Write(path_).ok());
  const std::string good = ReadBack();
  for (const std::string& bad :
       {std::string(), std::string("Origin: a"), std::string("Origin: a\n"),
        good.substr(good.find('\n') + 1), good.substr(0, good.size() / 2),
        absl::StrReplaceAll(good, {{kOrigin, "two words"}}),
        absl::StrReplaceAll(good, {{kOrigin, "a+b"}}),
        absl::StrReplaceAll(good, {{kOrigin, ""}}),
        good + std::string(20000, '\n')}) {
    WriteFile(bad);
    const absl::Status read = SigningKey::Read(path_).status();
    EXPECT_EQ(read.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(read.message()), HasSubstr(path_));
  }
  EXPECT_FALSE(SigningKey::Read(folder_).ok());
}

TEST_F(KeyTest, AKeyOfAnotherKindIsRefused) {
  WriteFile(
      "Origin: a\n-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VuBCIEIJgH3oSaT5nWpcrF7xZcxHUwjiz6MjSyDCfB3qaEkWFW\n"
      "-----END PRIVATE KEY-----\n");
  EXPECT_THAT(std::string(SigningKey::Read(path_).status().message()),
              HasSubstr("neither Ed25519 nor SM2"));
}

TEST_F(KeyTest, AnOriginThatIsNoNameIsRefused) {
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("a+b"),
        std::string("a\n"), std::string("\xe9\x80\x9a"), std::string(129, 'a'),
        std::string("a\x7f"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(CheckOrigin(bad).ok()) << bad;
    EXPECT_FALSE(SigningKey::Generate(bad, Algorithm::kEd25519).ok()) << bad;
  }
  EXPECT_TRUE(CheckOrigin(std::string(128, 'a')).ok());
}

// RFC 8032, section 7.1, test 2; the id is computed here.
TEST_F(KeyTest, VerifiesTheVectorOfRfc8032) {
  const auto key = PublicKey::Parse(Ed25519Line(
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(key->Verify(
      "\x72", absl::HexStringToBytes(
                  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb"
                  "69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d2916"
                  "12bb0c00")));
}

// The example key and note of the C2SP signed-note specification's tools.
TEST_F(KeyTest, HasTheIdOfGoSumdb) {
  const auto key = PublicKey::Parse(
      "sum.golang.org+033de0ae+"
      "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(absl::BytesToHexString(key->id()), "033de0ae");
}

TEST_F(KeyTest, KeysOfLowOrderAndOfOtherFormAreRefused) {
  const std::string zeros(62, '0');
  for (const std::string& y :
       {"00" + zeros, "01" + zeros, "00" + zeros.substr(2) + "80",
        "01" + zeros.substr(2) + "80",
        std::string("ecffffffffffffffffffffffffffffff"
                    "ffffffffffffffffffffffffffffff7f"),
        std::string("ecffffffffffffffffffffffffffffff"
                    "ffffffffffffffffffffffffffffffff"),
        std::string("26e8958fc2b227b045c3f489f2ef98f0"
                    "d5dfac05d3c63339b13802886d53fc05"),
        std::string("26e8958fc2b227b045c3f489f2ef98f0"
                    "d5dfac05d3c63339b13802886d53fc85"),
        std::string("c7176a703d4dd84fba3c0b760d10670f"
                    "2a2053fa2c39ccc64ec7fd7792ac037a"),
        std::string("c7176a703d4dd84fba3c0b760d10670f"
                    "2a2053fa2c39ccc64ec7fd7792ac03fa")}) {
    EXPECT_THAT(
        std::string(PublicKey::Parse(Ed25519Line(y)).status().message()),
        HasSubstr("low order"))
        << y;
  }
  for (const std::string y : {"ed", "ee", "ff"}) {
    const std::string rest(60, 'f');
    for (const std::string top : {"7f", "ff"}) {
      EXPECT_THAT(
          std::string(PublicKey::Parse(Ed25519Line(absl::StrCat(y, rest, top)))
                          .status()
                          .message()),
          HasSubstr("canonical"))
          << y << top;
    }
  }
}

// Why they are refused: the signature (R = identity, S = 0) fits one text in
// eight under a point of order 8, whoever made it.
TEST_F(KeyTest, UnderAKeyOfLowOrderOpenSslTakesAForgery) {
  const std::string point = absl::HexStringToBytes(
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const uint8_t*>(point.data()),
      point.size());
  ASSERT_NE(key, nullptr);
  std::string forged(64, '\0');
  forged[0] = 1;
  int taken = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = absl::StrCat("text ", i);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key);
    taken += EVP_DigestVerify(
                 context, reinterpret_cast<const uint8_t*>(forged.data()),
                 forged.size(), reinterpret_cast<const uint8_t*>(text.data()),
                 text.size()) == 1;
    EVP_MD_CTX_free(context);
  }
  EVP_PKEY_free(key);
  EXPECT_GT(taken, 0);
}

TEST_F(KeyTest, LinesThatAreNoKeysAreRefused) {
  const std::string good = Make().public_key().ToString();
  const std::string sm2 = Make(Algorithm::kSm2).public_key().ToString();
  for (const std::string& bad :
       {std::string(), std::string("a"), std::string("a+b"), good + "\n",
        good + " ", " " + good, good + "=", good.substr(0, good.size() - 4),
        absl::StrReplaceAll(good, {{kOrigin, "example.cn/other"}}),
        absl::StrReplaceAll(good, {{kOrigin, ""}}),
        sm2.substr(0, sm2.size() - 4), Ed25519Line(std::string(62, '1')),
        Ed25519Line(std::string(66, '1'))}) {
    EXPECT_FALSE(PublicKey::Parse(bad).ok()) << bad;
  }
  std::string other_id = good;
  char& digit = other_id[sizeof(kOrigin)];
  digit = digit == '0' ? '1' : '0';
  EXPECT_FALSE(PublicKey::Parse(other_id).ok());
}

}  // namespace
}  // namespace tongguan::journal
