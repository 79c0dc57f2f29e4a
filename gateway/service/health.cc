#include "gateway/service/health.h"

#include <optional>

#include "google/protobuf/unknown_field_set.h"
#include "grpcpp/impl/codegen/proto_utils.h"

namespace tongguan::service {
namespace {

constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";
// Calls at once, in all and of one organization, and calls beyond that refuse.
constexpr int kCalls = 64;
constexpr int kCallsEach = 16;
constexpr int kRefusing = 8;
// Ticks after which a call that has asked nothing is ended.
constexpr int kMostTicks = 10;

// HealthCheckRequest.service; nothing if the bytes are no message.
std::optional<std::string> ServiceOf(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  google::protobuf::UnknownFieldSet fields;
  if (!bytes.DumpToSingleSlice(&slice).ok() ||
      !fields.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return std::nullopt;
  }
  std::string service;
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    using Field = google::protobuf::UnknownField;
    if (field.number() == 1 && field.type() == Field::TYPE_LENGTH_DELIMITED) {
      service = field.length_delimited();
    }
  }
  return service;
}

// HealthCheckResponse.status.
grpc::ByteBuffer Response(int status) {
  google::protobuf::UnknownFieldSet fields;
  fields.AddVarint(1, static_cast<uint64_t>(status));
  std::string bytes;
  fields.SerializeToString(&bytes);
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

// One call after another. Belongs to the polling thread.
class HealthCall {
 public:
  explicit HealthCall(Health* health) : health_(health) {}

  // Waits for the next call.
  void Accept() {
    started_ = entered_ = asked_ = watching_ = writing_ = finishing_ = false;
    sent_ = ticks_ = 0;
    stream_.reset();
    context_.emplace();
    context_->AsyncNotifyWhenDone(static_cast<Event*>(&done_));
    stream_.emplace(&*context_);
    health_->loop_->Hold();
    health_->generic_.RequestCall(
        &*context_, &*stream_, health_->loop_->queue(), health_->loop_->queue(),
        static_cast<Event*>(&accepted_));
  }

  // Sends the status of the watched service where it is another than before.
  void Tell(const std::string& service) {
    if (watching_ && service == service_) Send();
  }

  // A client may open a call and never say what it wants to know.
  void Tick() {
    if (!started_ || asked_ || finishing_ || ++ticks_ < kMostTicks) return;
    End(grpc::Status(grpc::DEADLINE_EXCEEDED, "nothing was asked"));
  }

  void Drain() {
    if (!watching_) return;
    End(grpc::Status(grpc::UNAVAILABLE, "the gateway is being stopped"));
  }

 private:
  class Step final : public Event {
   public:
    Step(HealthCall* call, void (HealthCall::*step)(bool))
        : call_(call), step_(step) {}
    void OnEvent(bool ok) override { (call_->*step_)(ok); }

   private:
    HealthCall* const call_;
    void (HealthCall::*const step_)(bool);
  };

  void Accepted(bool ok) {
    if (!ok) {  // The server shuts down: nobody will come.
      stream_.reset();
      context_.reset();
      health_->loop_->Release();
      return;
    }
    started_ = true;
    owed_ = 1;  // That the call is done.
    const std::string& method = context_->method();
    if (method != kCheck && method != kWatch) {
      End(grpc::Status(grpc::UNIMPLEMENTED, "no such method"));
      return;
    }
    // Whoever has a certificate may ask, also one that names nobody here.
    const auto caller = ReadIdentity(*context_->auth_context());
    organization_ = caller.ok() ? caller->organization : "";
    entered_ = health_->room_.Enter(organization_).ok();
    if (!entered_) {
      End(grpc::Status(grpc::RESOURCE_EXHAUSTED, "too many ask already"));
      return;
    }
    ++owed_;
    stream_->Read(&request_, static_cast<Event*>(&read_));
  }

  void Read(bool ok) {
    --owed_;
    asked_ = true;
    if (finishing_) {
      Recycle();
      return;
    }
    const auto service = ok ? ServiceOf(request_) : std::nullopt;
    if (!service) {
      End(grpc::Status(grpc::INVALID_ARGUMENT, "not a HealthCheckRequest"));
    } else if (service_ = *service; context_->method() == kWatch) {
      Watch();
    } else {
      Check();
    }
  }

  void Check() {
    const Health::Status status = health_->Of(service_);
    if (status == Health::kServiceUnknown) {
      End(grpc::Status(grpc::NOT_FOUND, "no such service"));
      return;
    }
    finishing_ = true;
    ++owed_;
    stream_->WriteAndFinish(Response(status), grpc::WriteOptions(),
                            grpc::Status::OK, static_cast<Event*>(&finished_));
  }

  void Watch() {
    if (health_->draining_) {
      End(grpc::Status(grpc::UNAVAILABLE, "the gateway is being stopped"));
      return;
    }
    watching_ = true;
    Send();
  }

  void Send() {
    const Health::Status status = health_->Of(service_);
    if (writing_ || finishing_ || status == sent_) return;
    writing_ = true;
    sent_ = status;
    ++owed_;
    stream_->Write(Response(status), static_cast<Event*>(&written_));
  }

  void Written(bool) {
    --owed_;
    writing_ = false;
    if (!finishing_) Send();
    Recycle();
  }

  void End(const grpc::Status& status) {
    if (finishing_) return;
    finishing_ = true;
    ++owed_;
    stream_->Finish(status, static_cast<Event*>(&finished_));
  }

  void Finished(bool) {
    --owed_;
    Recycle();
  }

  void Done(bool) {
    --owed_;
    if (!finishing_ && started_) End(grpc::Status::CANCELLED);
    Recycle();
  }

  void Recycle() {
    if (owed_ > 0) return;
    if (entered_) health_->room_.Leave(organization_);
    Accept();
    health_->loop_->Release();
  }

  Health* const health_;
  Step accepted_{this, &HealthCall::Accepted};
  Step read_{this, &HealthCall::Read};
  Step written_{this, &HealthCall::Written};
  Step finished_{this, &HealthCall::Finished};
  Step done_{this, &HealthCall::Done};
  std::optional<grpc::GenericServerContext> context_;
  std::optional<grpc::GenericServerAsyncReaderWriter> stream_;
  grpc::ByteBuffer request_;
  std::string service_;
  std::string organization_;
  int owed_ = 0;  // Events that gRPC owes this call.
  int sent_ = 0;  // Status that the watcher knows.
  int ticks_ = 0;
  bool started_ = false;
  bool entered_ = false;  // It has a place in the room.
  bool asked_ = false;
  bool watching_ = false;
  bool writing_ = false;
  bool finishing_ = false;
};

Health::Health() : room_(kCalls, kCallsEach) {}
Health::~Health() = default;

void Health::Register(grpc::ServerBuilder* builder) {
  builder->RegisterAsyncGenericService(&generic_);
}

void Health::Open(Loop* loop) {
  loop_ = loop;
  for (int i = 0; i < kCalls + kRefusing; ++i) {
    calls_.emplace_back(this);
    calls_.back().Accept();
  }
}

void Health::Set(const std::string& service, bool serving) {
  {
    absl::MutexLock lock(&mu_);
    const auto [it, added] = serving_.emplace(service, serving);
    if (!added && it->second == serving) return;
    it->second = serving;
  }
  loop_->Post([this, service] { Tell(service); });
}

Health::Status Health::Of(const std::string& service) {
  if (draining_) return kNotServing;
  absl::MutexLock lock(&mu_);
  const auto it = serving_.find(service);
  if (it == serving_.end()) return kServiceUnknown;
  return it->second ? kServing : kNotServing;
}

void Health::Tell(const std::string& service) {
  for (HealthCall& call : calls_) call.Tell(service);
}

void Health::Tick() {
  for (HealthCall& call : calls_) call.Tick();
}

void Health::Drain() {
  draining_ = true;
  for (HealthCall& call : calls_) call.Drain();
}

}  // namespace tongguan::service
