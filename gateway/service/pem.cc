#include "gateway/service/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/match.h"
#include "gateway/base/status_macros.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio Open(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
          &BIO_free};
}

Certificate ReadCertificate(BIO* bio) {
  return {PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), &X509_free};
}

// Keys under a password are not asked for one: there may be nobody.
Key ReadKey(const std::string& text) {
  const Bio bio = Open(text);
  return {PEM_read_bio_PrivateKey(
              bio.get(), nullptr, [](char*, int, int, void*) { return -1; },
              nullptr),
          &EVP_PKEY_free};
}

absl::Status Bad(const Pem& file, absl::string_view key) {
  return text::Refuse(absl::StatusCode::kFailedPrecondition, file.field, key,
                      {file.path});
}

}  // namespace

absl::Status CheckCertificates(const Pem& file) {
  const Bio bio = Open(file.text);
  int read = 0;
  while (ReadCertificate(bio.get()) != nullptr) ++read;
  // Reading ends at the end of the text, or at what is no certificate.
  const bool ended =
      ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (read > 0 && ended) return absl::OkStatus();
  if (read == 0 && ReadKey(file.text) != nullptr) {
    return Bad(file, "wrong.pem_is_key");
  }
  ERR_clear_error();
  return Bad(file, "wrong.pem_certificate");
}

absl::Status CheckPair(const Pem& certificate, const Pem& key) {
  TG_RETURN_IF_ERROR(CheckCertificates(certificate));
  const Key read = ReadKey(key.text);
  ERR_clear_error();
  if (read == nullptr) {
    return Bad(key, absl::StrContains(key.text, "BEGIN CERTIFICATE")
                        ? "wrong.pem_is_certificate"
                        : "wrong.pem_key");
  }
  const Bio bio = Open(certificate.text);
  const bool pair =
      X509_check_private_key(ReadCertificate(bio.get()).get(), read.get()) == 1;
  ERR_clear_error();
  if (pair) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kFailedPrecondition, key.field,
                      "wrong.pem_pair", {key.path, certificate.path});
}

}  // namespace tongguan::service
