#include "gateway/cli/client.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/uscc.h"
#include "gateway/people/pseudonyms.h"
#include "gateway/service/pem.h"
#include "gateway/text/refusal.h"

namespace tongguan::cli {
namespace {

constexpr size_t kMaxInput = 16 << 20;
// Pseudonyms a message of StagePeople, in bytes: whole ones, far below the
// 4 MiB that gRPC takes.
constexpr size_t kStagedBytes = 1 << 20;

// Reads the file that a flag names. False: said why, exit code set.
bool ReadFlagFile(Context& context, absl::string_view variable,
                  service::Pem* pem, int* exit_code) {
  if (pem->path.empty()) {
    *exit_code = context.Usage(
        "cli.missing_tls", {{"0", pem->field}, {"1", std::string(variable)}});
    return false;
  }
  auto read = ReadInput(pem->path, context.in());
  if (!read.ok()) {
    *exit_code = context.FailHere(read.status());
    return false;
  }
  pem->text = *std::move(read);
  return true;
}

// The three files, sound. False: said why, exit code set.
bool ReadTls(Context& context, grpc::SslCredentialsOptions* tls,
             int* exit_code) {
  const Globals& globals = context.globals();
  service::Pem ca{"--ca", globals.ca, ""};
  service::Pem certificate{"--cert", globals.cert, ""};
  service::Pem key{"--key", globals.key, ""};
  if (!ReadFlagFile(context, "TONGGUAN_CA", &ca, exit_code) ||
      !ReadFlagFile(context, "TONGGUAN_CERT", &certificate, exit_code) ||
      !ReadFlagFile(context, "TONGGUAN_KEY", &key, exit_code)) {
    return false;
  }
  absl::Status sound = service::CheckCertificates(ca);
  if (sound.ok()) sound = service::CheckPair(certificate, key);
  if (!sound.ok()) {
    *exit_code = context.FailHere(sound);
    return false;
  }
  tls->pem_root_certs = ca.text;
  tls->pem_cert_chain = certificate.text;
  tls->pem_private_key = key.text;
  return true;
}

}  // namespace

absl::Status ToStatus(const grpc::Status& status) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  v1::FlowError error;
  if (!error.ParseFromString(status.error_details()) ||
      error.violations().empty()) {
    return {code, status.error_message()};
  }
  error.set_code(status.error_code());
  return text::ToStatus(std::move(error), status.error_message());
}

std::unique_ptr<Client> Client::Connect(Context& context, int* exit_code) {
  const Globals& globals = context.globals();
  if (globals.server.empty()) {
    *exit_code = context.Usage("cli.missing_server");
    return nullptr;
  }
  grpc::SslCredentialsOptions tls;
  if (!ReadTls(context, &tls, exit_code)) return nullptr;
  auto client = std::make_unique<Client>();
  client->deadline_ = context.deadline();
  client->exporter_ = ExporterOfCertificate(tls.pem_cert_chain);
  client->server_ = globals.server;
  client->credentials_ = grpc::SslCredentials(tls);
  const auto channel = client->Connection();
  client->gateway_ = v1::ExportGatewayService::NewStub(channel);
  client->log_ = v1::DecisionLogService::NewStub(channel);
  return client;
}

std::shared_ptr<grpc::Channel> Client::Connection() const {
  grpc::ChannelArguments own;
  own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(server_, credentials_, own);
}

absl::Status Client::StagePeople(const v1::StageHead& head,
                                 absl::string_view persons,
                                 absl::string_view sensitive_persons,
                                 v1::StagePeopleResponse* response) {
  staged_ += people::CountOf(persons) + people::CountOf(sensitive_persons);
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + deadline_));
  const auto writer = gateway_->StagePeople(&call, response);
  v1::StagePeopleRequest request;
  *request.mutable_head() = head;
  bool open = writer->Write(request);
  for (; open && !persons.empty();
       persons.remove_prefix(std::min(kStagedBytes, persons.size()))) {
    request.set_persons(std::string(persons.substr(0, kStagedBytes)));
    open = writer->Write(request);
  }
  for (; open && !sensitive_persons.empty(); sensitive_persons.remove_prefix(
           std::min(kStagedBytes, sensitive_persons.size()))) {
    request.set_sensitive_persons(
        std::string(sensitive_persons.substr(0, kStagedBytes)));
    open = writer->Write(request);
  }
  // A stream that broke says why at its end.
  writer->WritesDone();
  return ToStatus(writer->Finish());
}

absl::StatusOr<std::string> ReadInput(const std::string& path,
                                      std::istream& in) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      return text::Refuse(absl::StatusCode::kNotFound, path, "wrong.file_open",
                          {std::strerror(errno)});
    }
  }
  std::istream& stream = path == "-" ? in : file;
  std::string bytes(kMaxInput + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(stream.gcount()));
  if (stream.bad() || (bytes.empty() && !stream.eof())) {
    return absl::InternalError(absl::StrCat(path, ": cannot be read"));
  }
  if (bytes.size() > kMaxInput) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, path,
                        "wrong.file_too_large",
                        {absl::StrCat(kMaxInput >> 20)});
  }
  return bytes;
}

std::string ExporterOfCertificate(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr,
      &X509_free);
  if (certificate == nullptr) return "";
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
          certificate.get(), NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    const std::vector<std::string> parts = absl::StrSplit(
        absl::string_view(
            reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
            static_cast<size_t>(ASN1_STRING_length(uri))),
        '/');
    if (parts.size() >= 2 && parts[0] == "tongguan:exporter") return parts[1];
  }
  return "";
}

int CheckExporter(Context& context, const std::string& exporter) {
  const absl::Status uscc =
      exporter.empty() ? absl::OkStatus() : CheckUscc(exporter);
  if (uscc.ok()) return kSuccess;
  return context.Usage("cli.bad_exporter",
                       {{"0", exporter}, {"1", std::string(uscc.message())}});
}

int TakeExporter(Context& context, const Client& client,
                 std::string* exporter) {
  if (exporter->empty()) *exporter = client.exporter();
  return exporter->empty() ? context.Usage("cli.missing_exporter") : kSuccess;
}

bool GetRecord(Context& context, Client& client, const std::string& id,
               v1::GetDecisionResponse* response, int* exit_code) {
  v1::GetDecisionRequest request;
  request.set_decision_id(id);
  const absl::Status status =
      client.Call(&LogStub::GetDecision, request, response);
  if (!status.ok()) *exit_code = context.Fail(status);
  return status.ok();
}

std::string NewRequestId(absl::string_view verb) {
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return absl::StrCat(verb, "-", absl::GetCurrentTimeNanos());
  }
  return absl::StrCat(
      verb, "-",
      absl::BytesToHexString(absl::string_view(
          reinterpret_cast<const char*>(bytes.data()), bytes.size())));
}

}  // namespace tongguan::cli
