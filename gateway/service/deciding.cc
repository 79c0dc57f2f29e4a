#include "gateway/service/deciding.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/wire.h"
#include "gateway/engine/validate.h"
#include "gateway/policy/regime.h"
#include "gateway/service/charging.h"
#include "gateway/service/errors.h"
#include "gateway/service/privacy.h"
#include "gateway/service/request_digest.h"
#include "gateway/text/refusal.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

v1::FieldViolation Violation(const std::string& field, const char* code) {
  v1::FieldViolation violation;
  violation.set_field(field);
  violation.set_code(code);
  return violation;
}

// Goes to the content of the first submessage `field`; false if there is none.
bool Enter(int field, google::protobuf::io::CodedInputStream* in) {
  using Wire = google::protobuf::internal::WireFormatLite;
  const uint32_t wanted = Wire::MakeTag(field, Wire::WIRETYPE_LENGTH_DELIMITED);
  while (const uint32_t tag = in->ReadTag()) {
    if (tag == wanted) {
      in->ReadLengthAndPushLimit();
      return true;
    }
    if (!Wire::SkipField(in, tag)) return false;
  }
  return false;
}

// What is wrong with the form of a request about this flow.
std::vector<v1::FieldViolation> CheckForm(const v1::Flow& flow,
                                          const policy::Taxonomy& taxonomy,
                                          bool dry_run,
                                          const std::string& path) {
  std::vector<v1::FieldViolation> violations = engine::ValidateFlow(flow, path);
  CheckNames(flow, taxonomy, path, &violations);
  if (flow.request_id().empty() && !dry_run) {
    violations.push_back(
        Violation(path + ".request_id", "wrong.no_request_id"));
  }
  if (flow.people().has_counted()) {
    violations.push_back(
        Violation(path + ".people.counted", "wrong.people_of_records"));
  }
  return violations;
}

// Whether the key of the flow's pseudonyms is one of its exporter today.
absl::Status CheckKey(const v1::Flow& flow, const Asking& asking,
                      const std::string& path, absl::string_view key_id) {
  if (asking.policy->registry()
          .FindKey(flow.exporter(), key_id, BeijingDay(asking.now))
          .ok()) {
    return absl::OkStatus();
  }
  return text::Refuse(absl::StatusCode::kInvalidArgument,
                      path + ".people.exact.key_id", "wrong.people_key",
                      {std::string(key_id)});
}

// Takes the flow's people in, if they are exact. People who are not taken are
// no error of the request yet: it may have been answered before.
std::optional<v1::FlowError> PosePeople(const v1::Flow& flow,
                                        const Asking& asking,
                                        const std::string& path,
                                        FlowQuestion* question) {
  const bool all_sensitive =
      flow.has_duties() && flow.duties().under_14() != v1::FACT_NO;
  std::unique_ptr<ExactPeople> people =
      TakePeople(flow.people(), flow.exporter(), all_sensitive, asking.staging,
                 asking.now);
  if (people == nullptr) return std::nullopt;
  if (people->refusal.ok()) {
    people->refusal = CheckKey(flow, asking, path, people->sets.key_id);
  }
  auto counted = std::make_unique<v1::Flow>(flow);
  *counted->mutable_people()->mutable_counted() = ToCounted(*people);
  question->counted = std::move(counted);
  question->people = std::move(people);
  if (!question->people->refusal.ok()) return std::nullopt;
  if (question->people->staged == nullptr) return std::nullopt;
  // Only now is it known how many there are.
  const auto violations = engine::ValidateFlow(*question->counted, path);
  if (violations.empty()) return std::nullopt;
  return ToFlowError(violations);
}

}  // namespace

FlowQuestion::FlowQuestion() = default;

absl::Status ReadMode(v1::Mode mode, const std::string& as_of, Asking* asking) {
  if (mode != v1::MODE_EVALUATE && mode != v1::MODE_DRY_RUN) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "mode",
                        "wrong.mode");
  }
  asking->dry_run = mode == v1::MODE_DRY_RUN;
  asking->at = asking->now;
  if (as_of.empty()) return absl::OkStatus();
  if (!asking->dry_run) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "as_of",
                        "wrong.as_of_recorded");
  }
  const absl::StatusOr<Day> day = ParseDay(as_of);
  if (!day.ok()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "as_of",
                        "wrong.not_a_day");
  }
  const v1::Regime& regime = asking->policy->regime();
  if (*day < policy::SinceOf(regime)) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "as_of",
                        "wrong.before_the_law", {regime.since()});
  }
  asking->at = StartOfBeijingDay(*day) + absl::Hours(12);
  return absl::OkStatus();
}

std::optional<v1::FlowError> Pose(const v1::Flow& flow, const Asking& asking,
                                  const std::string& path,
                                  FlowQuestion* question) {
  const size_t size = flow.ByteSizeLong();
  if (size > static_cast<size_t>(asking.flow_bytes)) {
    return ToFlowError(text::Refuse(absl::StatusCode::kInvalidArgument, path,
                                    "wrong.flow_bytes",
                                    {absl::StrCat(asking.flow_bytes)}));
  }
  const auto violations =
      CheckForm(flow, asking.policy->taxonomy(), asking.dry_run, path);
  if (!violations.empty()) return ToFlowError(violations);
  const absl::Status allowed =
      MayAsk(asking.caller, flow.exporter(), asking.policy->registry(),
             BeijingDay(asking.now));
  if (!allowed.ok()) return ToFlowError(allowed);
  question->flow = &flow;
  question->asking = &asking;
  if (auto wrong = PosePeople(flow, asking, path, question)) return wrong;
  question->question.emplace(question->recorded(), *asking.policy, asking.at);
  if (asking.dry_run) return std::nullopt;
  std::string bytes(size, '\0');
  flow.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(&bytes[0]));
  question->digest = RequestDigest(flow, bytes);
  if (question->people == nullptr) question->flow_bytes = std::move(bytes);
  return std::nullopt;
}

absl::Status ReadVerdict(const ledger::Stored& stored, v1::Decision* decision) {
  // Only the decision is parsed: the flow beside it is as large.
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(stored.record.data()),
      static_cast<int>(stored.record.size()));
  decision->Clear();
  if (!Enter(v1::DecisionRecord::kVerdictFieldNumber, &in) ||
      !Enter(v1::VerdictRecord::kDecisionFieldNumber, &in) ||
      !decision->MergeFromCodedStream(&in)) {
    return absl::DataLossError(
        absl::StrCat("record ", stored.index, " is not a verdict"));
  }
  decision->set_decision_id(stored.id);
  return absl::OkStatus();
}

absl::Status QuoteVerdict(const ledger::Stored& stored, std::string* message,
                          v1::Decision* head) {
  using Wire = google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(stored.record.data()),
      static_cast<int>(stored.record.size()));
  if (!Enter(v1::DecisionRecord::kVerdictFieldNumber, &in) ||
      !Enter(v1::VerdictRecord::kDecisionFieldNumber, &in)) {
    return absl::DataLossError(
        absl::StrCat("record ", stored.index, " is not a verdict"));
  }
  const char* const decision = stored.record.data() + in.CurrentPosition();
  const int size = in.BytesUntilLimit();
  int head_size = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (Wire::GetTagFieldNumber(tag) >= v1::Decision::kItemsFieldNumber) break;
    if (!Wire::SkipField(&in, tag)) break;
    head_size = size - in.BytesUntilLimit();
  }
  if (!head->ParseFromArray(decision, head_size)) {
    return absl::DataLossError(
        absl::StrCat("record ", stored.index, " has no decision"));
  }
  std::string id;
  AppendField(v1::Decision::kDecisionIdFieldNumber, stored.id, &id);
  message->reserve(message->size() + kMostFieldHead +
                   static_cast<size_t>(size) + id.size());
  AppendFieldHead(1, static_cast<size_t>(size) + id.size(), message);
  message->append(decision, static_cast<size_t>(size));
  message->append(id);
  return absl::OkStatus();
}

absl::Status DecideDry(const FlowQuestion& question, ledger::Ledger& ledger,
                       v1::Decision* decision) {
  if (question.people != nullptr) TG_RETURN_IF_ERROR(question.people->refusal);
  const Charged charged{question.flow->exporter(), question.people.get()};
  const Book book = BookOf(ledger);
  TG_ASSIGN_OR_RETURN(const Reckoning reckoning,
                      Reckon(charged, *question.question,
                             BeijingYear(question.asking->at), book));
  Decide(*question.question, reckoning, decision);
  TG_RETURN_IF_ERROR(Charge(charged, reckoning, book, decision).status());
  decision->set_dry_run(true);
  return absl::OkStatus();
}

}  // namespace tongguan::service
