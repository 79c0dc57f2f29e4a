#include "gateway/cli/load.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <sstream>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/cli/load_stream.h"
#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"

namespace tongguan::cli {
namespace {

int BucketOf(int64_t micros) {
  const uint64_t value = std::max<int64_t>(micros, 0);
  if (value < 64) return static_cast<int>(value);
  const int shift = std::bit_width(value) - 7;
  return 64 * (shift + 1) + static_cast<int>((value >> shift) - 64);
}

int64_t UpperBoundOf(int bucket) {
  if (bucket < 64) return bucket;
  const int shift = bucket / 64 - 1;
  return ((int64_t{bucket % 64} + 65) << shift) - 1;
}

// CPU seconds, user and system, of a process so far.
double CpuSeconds(int pid) {
  if (pid == 0) return 0;
  std::ifstream in(absl::StrCat("/proc/", pid, "/stat"));
  std::string line;
  std::getline(in, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

class Load {
 public:
  Load(const std::vector<std::shared_ptr<grpc::Channel>>& channels,
       const LoadOptions& options)
      : options_(options) {
    for (const auto& channel : channels) {
      stubs_.push_back(v1::ExportGatewayService::NewStub(channel));
    }
  }

  LoadReport Run();

 private:
  using Clock = std::chrono::steady_clock;

  // One place for a request in flight; reused.
  struct Slot final : LoadEvent {
    Slot(Load* in, v1::ExportGatewayService::Stub* by) : load(in), stub(by) {}
    void On(bool) override { load->Ended(this); }

    Load* const load;
    v1::ExportGatewayService::Stub* const stub;
    LoadStream* stream = nullptr;
    std::optional<grpc::ClientContext> context;
    v1::EvaluateRequest one;
    v1::EvaluateResponse one_answer;
    v1::BatchEvaluateRequest many;
    // A batch's answer is large: on an arena it is forgotten at once.
    std::unique_ptr<char[]> room;
    std::optional<google::protobuf::Arena> arena;
    v1::BatchEvaluateResponse* many_answer = nullptr;
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::EvaluateResponse>>
        one_reader;
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::BatchEvaluateResponse>>
        many_reader;
    grpc::Status status;
    Clock::time_point scheduled;
  };

  void MakeSlots();
  void Send(Slot* slot, Clock::time_point scheduled);
  void SendOne(Slot* slot);
  void SendMany(Slot* slot);
  void Ended(Slot* slot);
  void Received(Slot* slot);
  void Received(Slot* slot, const v1::FlowResult* result);
  void Reuse(Slot* slot);
  bool AllSent() const {
    return options_.requests > 0 && sent_ >= options_.requests;
  }
  void Handle(std::chrono::microseconds wait);
  void CloseStreams();
  void Count(const v1::FlowResult& result);
  void Count(const v1::Decision& decision);
  void SendDue(Clock::time_point now);
  void Fill(v1::Flow* flow);
  void MakePeople(std::string* set);

  const LoadOptions& options_;
  std::vector<std::unique_ptr<v1::ExportGatewayService::Stub>> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<LoadStream>> streams_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;
  std::mt19937_64 random_{std::random_device()()};
  std::vector<absl::uint128> people_;
  int64_t sent_ = 0;
  bool measuring_ = false;
  bool stopping_ = false;
  Clock::time_point next_due_;
  LoadReport report_;
};

// So many pseudonyms that were never sent before: ascending and random.
void Load::MakePeople(std::string* set) {
  people_.resize(options_.people);
  for (absl::uint128& person : people_) {
    person = absl::MakeUint128(random_(), random_());
  }
  std::sort(people_.begin(), people_.end());
  set->clear();
  for (const absl::uint128 person : people_) {
    for (int shift = 120; shift >= 0; shift -= 8) {
      set->push_back(static_cast<char>(person >> shift));
    }
  }
}

void Load::Fill(v1::Flow* flow) {
  *flow = options_.flows[sent_ % options_.flows.size()];
  if (options_.people > 0) {
    MakePeople(flow->mutable_people()->mutable_exact()->mutable_persons());
  }
  if (options_.mode == v1::MODE_EVALUATE) {
    flow->set_request_id(absl::StrCat(options_.run_id, "-", sent_));
  }
  ++sent_;
}

void Load::MakeSlots() {
  for (int i = 0; i < options_.streams; ++i) {
    streams_.push_back(std::make_unique<LoadStream>(
        stubs_[i % stubs_.size()].get(), &queue_,
        [this](LoadEvent* who, const v1::FlowResult* result) {
          Received(static_cast<Slot*>(who), result);
        }));
  }
  for (int i = 0; i < options_.callers; ++i) {
    slots_.push_back(
        std::make_unique<Slot>(this, stubs_[i % stubs_.size()].get()));
    if (!streams_.empty()) {
      slots_.back()->stream = streams_[i % streams_.size()].get();
    }
    free_.push_back(slots_.back().get());
  }
}

void Load::Send(Slot* slot, Clock::time_point scheduled) {
  slot->scheduled = scheduled;
  if (slot->stream != nullptr) {
    Fill(slot->one.mutable_flow());
    slot->stream->Ask(slot, slot->one.flow(), options_.mode);
    return;
  }
  slot->context.emplace();
  options_.batch == 0 ? SendOne(slot) : SendMany(slot);
}

void Load::SendOne(Slot* slot) {
  slot->one.set_mode(options_.mode);
  Fill(slot->one.mutable_flow());
  slot->one_reader =
      slot->stub->AsyncEvaluate(&*slot->context, slot->one, &queue_);
  slot->one_reader->Finish(&slot->one_answer, &slot->status,
                           static_cast<LoadEvent*>(slot));
}

void Load::SendMany(Slot* slot) {
  slot->many.set_mode(options_.mode);
  while (slot->many.flows_size() < options_.batch) slot->many.add_flows();
  for (v1::Flow& flow : *slot->many.mutable_flows()) Fill(&flow);
  slot->many_reader =
      slot->stub->AsyncBatchEvaluate(&*slot->context, slot->many, &queue_);
  constexpr size_t kRoom = 1 << 20;
  if (slot->room == nullptr) {
    slot->room = std::make_unique_for_overwrite<char[]>(kRoom);
    slot->arena.emplace(slot->room.get(), kRoom);
  }
  slot->arena->Reset();
  slot->many_answer =
      google::protobuf::Arena::CreateMessage<v1::BatchEvaluateResponse>(
          &*slot->arena);
  slot->many_reader->Finish(slot->many_answer, &slot->status,
                            static_cast<LoadEvent*>(slot));
}

void Load::Count(const v1::Decision& decision) {
  ++report_.decisions;
  report_.allowed += decision.verdict() == v1::VERDICT_ALLOW ? 1 : 0;
  if (report_.sample.empty()) report_.sample = decision.SerializeAsString();
}

void Load::Count(const v1::FlowResult& result) {
  if (result.has_decision()) {
    Count(result.decision());
  } else {
    ++report_.errors[result.error().code()];
  }
}

void Load::Received(Slot* slot) {
  if (!measuring_) return;
  ++report_.answered;
  report_.latency.Add(std::chrono::duration_cast<std::chrono::microseconds>(
                          Clock::now() - slot->scheduled)
                          .count());
}

void Load::Ended(Slot* slot) {
  if (!slot->status.ok()) {
    if (measuring_) ++report_.errors[slot->status.error_code()];
  } else {
    Received(slot);
    if (measuring_ && options_.batch == 0) Count(slot->one_answer.decision());
    if (measuring_ && options_.batch > 0) {
      for (const v1::FlowResult& result : slot->many_answer->results()) {
        Count(result);
      }
    }
  }
  Reuse(slot);
}

void Load::Received(Slot* slot, const v1::FlowResult* result) {
  if (result == nullptr) {
    if (measuring_) ++report_.errors[grpc::StatusCode::UNAVAILABLE];
  } else {
    Received(slot);
    if (measuring_) Count(*result);
  }
  Reuse(slot);
}

void Load::Reuse(Slot* slot) {
  const bool broken = slot->stream != nullptr && slot->stream->broken();
  if (options_.rate > 0 || stopping_ || broken || AllSent()) {
    free_.push_back(slot);
  } else {
    Send(slot, Clock::now());
  }
}

void Load::SendDue(Clock::time_point now) {
  const auto step =
      std::chrono::nanoseconds(static_cast<int64_t>(1e9 / options_.rate));
  while (next_due_ <= now) {
    if (free_.empty()) {
      // Nothing waits for a slot: the request is lost to the client.
      if (measuring_) ++report_.unsent;
    } else {
      Slot* slot = free_.back();
      free_.pop_back();
      Send(slot, next_due_);
    }
    next_due_ += step;
  }
}

LoadReport Load::Run() {
  const bool open = options_.rate > 0;
  MakeSlots();
  const auto start = Clock::now();
  const auto measure_from = start + absl::ToChronoNanoseconds(options_.warm_up);
  const auto measure_to =
      measure_from + absl::ToChronoNanoseconds(options_.duration);
  next_due_ = start;
  if (!open) {
    for (Slot* slot : free_) Send(slot, start);
    free_.clear();
  }
  double cpu = 0;
  while (true) {
    const auto now = Clock::now();
    if (!measuring_ && !stopping_ && now >= measure_from) {
      measuring_ = true;
      cpu = CpuSeconds(options_.server_pid);
    }
    const bool all = AllSent() && free_.size() == slots_.size();
    if (!stopping_ && (now >= measure_to || all)) {
      report_.server_cpu_seconds = CpuSeconds(options_.server_pid) - cpu;
      report_.seconds =
          std::chrono::duration<double>(now - measure_from).count();
      measuring_ = false;
      stopping_ = true;
    }
    if (stopping_ && free_.size() == slots_.size()) break;
    if (open && !stopping_) SendDue(now);
    Handle(std::chrono::microseconds(open ? 50 : 5000));
  }
  CloseStreams();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
  return std::move(report_);
}

void Load::Handle(std::chrono::microseconds wait) {
  void* tag = nullptr;
  bool ok = false;
  const auto until = std::chrono::system_clock::now() + wait;
  if (queue_.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT) {
    static_cast<LoadEvent*>(tag)->On(ok);
  }
}

void Load::CloseStreams() {
  for (const auto& stream : streams_) stream->Close();
  const auto over = [](const auto& stream) { return stream->over(); };
  while (!std::all_of(streams_.begin(), streams_.end(), over)) {
    Handle(std::chrono::milliseconds(10));
  }
}

}  // namespace

void Histogram::Add(int64_t micros) {
  const size_t bucket = BucketOf(micros);
  ++counts_[std::min(bucket, counts_.size() - 1)];
  ++count_;
  max_ = std::max(max_, micros);
}

int64_t Histogram::Quantile(double q) const {
  int64_t rank = static_cast<int64_t>(q * static_cast<double>(count_));
  for (size_t i = 0; i < counts_.size(); ++i) {
    rank -= counts_[i];
    if (rank < 0) {
      return std::min(UpperBoundOf(static_cast<int>(i)), max_);
    }
  }
  return max_;
}

std::string LoadReport::ToJson() const {
  int64_t failed = 0;
  std::string codes;
  for (const auto& [code, count] : errors) {
    failed += count;
    absl::StrAppend(&codes, codes.empty() ? "" : ",", "\"", code, "\":", count);
  }
  const double rate = seconds > 0 ? decisions / seconds : 0;
  const double cpu =
      decisions > 0 ? server_cpu_seconds * 1e6 / static_cast<double>(decisions)
                    : 0;
  return absl::StrCat(
      "{\"seconds\":", seconds, ",\"requests\":", answered,
      ",\"decisions\":", decisions, ",\"allowed\":", allowed,
      ",\"decisions_per_second\":", rate, ",\"errors\":", failed,
      ",\"errors_by_code\":{", codes, "},\"unsent\":", unsent,
      ",\"p50_us\":", latency.Quantile(0.5),
      ",\"p90_us\":", latency.Quantile(0.9),
      ",\"p99_us\":", latency.Quantile(0.99),
      ",\"p999_us\":", latency.Quantile(0.999), ",\"max_us\":", latency.max(),
      ",\"server_cpu_us_per_decision\":", cpu, "}");
}

LoadReport RunLoad(const std::vector<std::shared_ptr<grpc::Channel>>& channels,
                   const LoadOptions& options) {
  return Load(channels, options).Run();
}

}  // namespace tongguan::cli
