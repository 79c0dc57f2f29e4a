#include "gateway/service/pem.h"

#include "absl/strings/str_cat.h"
#include "gateway/service/testing.h"
#include "gateway/text/refusal.h"
#include "gtest/gtest.h"

namespace tongguan::service {
namespace {

// The code of the refusal; "" if there is none.
std::string CodeOf(const absl::Status& status) {
  if (status.ok()) return "";
  const auto refusal = text::RefusalOf(status);
  return refusal ? refusal->violations(0).code() : "no words";
}

class PemTest : public ::testing::Test {
 protected:
  std::string Pair(const std::string& certificate, const std::string& key) {
    return CodeOf(
        CheckPair({"--cert", "c.pem", certificate}, {"--key", "k.pem", key}));
  }

  const TestPki pki_;
  const TestPair own_ = pki_.Issue({.uris = {"tongguan:auditor/a"}});
  const TestPair other_ = pki_.Issue({.uris = {"tongguan:auditor/b"}});
};

TEST_F(PemTest, APairIsAPair) {
  EXPECT_EQ(Pair(own_.certificate, own_.private_key), "");
  EXPECT_EQ(Pair(own_.certificate + other_.certificate, own_.private_key), "");
}

TEST_F(PemTest, AKeyOfAnotherCertificate) {
  EXPECT_EQ(Pair(own_.certificate, other_.private_key), "wrong.pem_pair");
  EXPECT_EQ(CheckPair({"--cert", "c.pem", own_.certificate},
                      {"--key", "k.pem", other_.private_key})
                .message(),
            "--key: the key k.pem does not belong to the certificate c.pem; "
            "take the pair that was issued together");
}

TEST_F(PemTest, SwappedFiles) {
  EXPECT_EQ(Pair(own_.private_key, own_.certificate), "wrong.pem_is_key");
  EXPECT_EQ(Pair(own_.certificate, own_.certificate),
            "wrong.pem_is_certificate");
}

TEST_F(PemTest, WhatIsNoPem) {
  const std::string begin = "-----BEGIN CERTIFICATE-----\n";
  const std::string cut = own_.certificate.substr(0, 300);
  for (const std::string& bad :
       {std::string(), std::string("garbage"), begin, cut,
        absl::StrCat(begin, "????\n-----END CERTIFICATE-----\n"),
        absl::StrCat(own_.certificate, begin, "????\n")}) {
    EXPECT_EQ(Pair(bad, own_.private_key), "wrong.pem_certificate") << bad;
  }
  for (const std::string& bad :
       {std::string(), std::string("garbage"),
        own_.private_key.substr(0, own_.private_key.size() / 2)}) {
    EXPECT_EQ(Pair(own_.certificate, bad), "wrong.pem_key") << bad;
  }
}

TEST_F(PemTest, AKeyUnderAPasswordIsNotAskedForOne) {
  const std::string locked =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBB3AAAAAAAAAAAAAAAA\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n";
  EXPECT_EQ(Pair(own_.certificate, locked), "wrong.pem_key");
}

TEST_F(PemTest, AuthoritiesMayBeSeveral) {
  EXPECT_EQ(CodeOf(CheckCertificates(
                {"--ca", "ca.pem", own_.certificate + other_.certificate})),
            "");
  EXPECT_EQ(CodeOf(CheckCertificates({"--ca", "ca.pem", "x"})),
            "wrong.pem_certificate");
}

}  // namespace
}  // namespace tongguan::service
