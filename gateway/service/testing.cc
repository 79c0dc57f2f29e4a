#include "gateway/service/testing.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace tongguan::service {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

void Check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "test PKI: %s failed\n", what);
  std::abort();
}

Key NewKey() {
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  Check(key != nullptr, "EVP_EC_gen");
  return key;
}

std::string TakeText(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(length));
  BIO_free(bio);
  return text;
}

std::string Pem(const Certificate& certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  Check(PEM_write_bio_X509(bio, certificate.get()) == 1, "PEM_write_bio_X509");
  return TakeText(bio);
}

std::string Pem(const Key& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  Check(PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1,
        "PEM_write_bio_PrivateKey");
  return TakeText(bio);
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Check(extension != nullptr, value.c_str());
  Check(X509_add_ext(certificate, extension, -1) == 1, "X509_add_ext");
  X509_EXTENSION_free(extension);
}

// The SANs of a certificate as X509V3_EXT_conf_nid reads them.
std::string AlternativeNames(const TestCertificate& wanted) {
  std::string names;
  if (wanted.server) names = "DNS:localhost,IP:127.0.0.1";
  for (const std::string& uri : wanted.uris) {
    absl::StrAppend(&names, names.empty() ? "" : ",", "URI:", uri);
  }
  return names;
}

void SetNames(X509* certificate, X509* issuer, const char* name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1,
                             -1, 0);
  X509_set_issuer_name(certificate,
                       X509_get_subject_name(issuer ? issuer : certificate));
}

// Signed by `issuer_key`; self-signed where `issuer` is null.
Certificate Make(const TestCertificate& wanted, const char* name, EVP_PKEY* key,
                 X509* issuer, EVP_PKEY* issuer_key) {
  static std::atomic<long> serial{1};
  Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  ASN1_TIME_set(X509_getm_notBefore(made.get()),
                absl::ToTimeT(wanted.not_before));
  ASN1_TIME_set(X509_getm_notAfter(made.get()),
                absl::ToTimeT(wanted.not_after));
  SetNames(made.get(), issuer, name);
  X509_set_pubkey(made.get(), key);
  AddExtension(made.get(), NID_basic_constraints,
               wanted.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!wanted.authority) {
    AddExtension(made.get(), NID_ext_key_usage,
                 wanted.server ? "serverAuth" : "clientAuth");
  }
  const std::string names = AlternativeNames(wanted);
  if (!names.empty()) {
    AddExtension(made.get(), NID_subject_alt_name, names);
  }
  Check(X509_sign(made.get(), issuer_key, EVP_sha256()) > 0, "X509_sign");
  return made;
}

std::string NewFolder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "tongguan-test-XXXXXX")
          .string();
  Check(mkdtemp(pattern.data()) != nullptr, "mkdtemp");
  return pattern;
}

}  // namespace

TestPki::TestPki() : ca_key_(NewKey()), folder_(NewFolder()) {
  const TestCertificate authority{.uris = {}, .authority = true};
  ca_ = Make(authority, "Tongguan test CA", ca_key_.get(), nullptr,
             ca_key_.get());
  const TestPair server = Issue({.uris = {}, .server = true});
  files_.set_certificate(Write("server.pem", server.certificate));
  files_.set_private_key(Write("server.key", server.private_key));
  files_.set_client_ca(Write("ca.pem", Pem(ca_)));
}

TestPki::~TestPki() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TestPair TestPki::Issue(const TestCertificate& wanted) const {
  const Key key = NewKey();
  return {Pem(Make(wanted, wanted.server ? "server" : "client", key.get(),
                   ca_.get(), ca_key_.get())),
          Pem(key)};
}

std::shared_ptr<grpc::ChannelCredentials> TestPki::Client(
    const std::string& uri) const {
  return ClientWith(Issue({.uris = {uri}}));
}

std::shared_ptr<grpc::ChannelCredentials> TestPki::ClientWith(
    const TestPair& pair) const {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = Pem(ca_);
  options.pem_private_key = pair.private_key;
  options.pem_cert_chain = pair.certificate;
  return grpc::SslCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> TestPki::ClientWithoutCertificate()
    const {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = Pem(ca_);
  return grpc::SslCredentials(options);
}

std::string TestPki::Write(const std::string& name,
                           const std::string& text) const {
  const std::string path = folder_ + "/" + name;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  Check(file.good(), path.c_str());
  return path;
}

}  // namespace tongguan::service
