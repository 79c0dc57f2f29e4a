#include "tests/crash/check.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tongguan::crash {
namespace {

constexpr int kPageSize = 500;

// One reading of the log, newest first.
class Reading {
 public:
  explicit Reading(Book& book)
      : book_(book), asked_(book.asked()), settled_(book.settled()) {}

  void Read(Caller& auditor) {
    v1::ListDecisionsRequest request;
    request.set_page_size(kPageSize);
    do {
      v1::ListDecisionsResponse page;
      const grpc::Status status =
          Ask(*auditor.log, &v1::DecisionLogService::Stub::ListDecisions,
              request, &page);
      if (!status.ok()) {
        book_.Error("cannot list: " + status.error_message());
        return;
      }
      for (const v1::LogEntry& entry : page.entries()) Take(entry);
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    if (next_ != 0) {
      book_.Error(absl::StrCat("no record below index ", next_));
    }
    ExpectAcknowledged();
  }

  void CompareTallies(Caller& auditor) {
    for (const char* exporter : kExporters) {
      v1::GetStandingRequest request;
      request.set_exporter(exporter);
      v1::GetStandingResponse standing;
      const grpc::Status status =
          Ask(*auditor.gateway, &v1::ExportGatewayService::Stub::GetStanding,
              request, &standing);
      const int64_t counted = standing.counted().persons();
      if (!status.ok() || counted != charged_[exporter] || counted >= kLimit) {
        book_.Error(absl::StrCat(exporter, " stands at ", counted,
                                 "; its records charge ", charged_[exporter],
                                 "; the limit is ", kLimit, " ",
                                 status.error_message()));
      }
    }
  }

  const Seen& seen() const { return seen_; }

 private:
  void Take(const v1::LogEntry& entry) {
    if (seen_.records++ == 0) next_ = entry.index() + 1;
    if (entry.index() + 1 != next_) {
      book_.Error(absl::StrCat("index ", entry.index(), " after ", next_));
    }
    next_ = entry.index();
    if (entry.record().time_micros() > time_) {
      book_.Error(absl::StrCat("time runs back at ", entry.id()));
    }
    time_ = entry.record().time_micros();
    if (entry.record().has_verdict()) TakeVerdict(entry);
    if (entry.record().has_settlement()) TakeSettlement(entry);
  }

  void TakeVerdict(const v1::LogEntry& entry) {
    const v1::VerdictRecord& verdict = entry.record().verdict();
    const v1::Decision& decision = verdict.decision();
    const auto asked = asked_.find(verdict.flow().request_id());
    if (asked == asked_.end() || !Same(asked->second.flow, verdict.flow())) {
      book_.Error(absl::StrCat(entry.id(), " is of a flow never sent"));
      return;
    }
    if (!recorded_.insert(asked->first).second) {
      book_.Error(absl::StrCat(asked->first, " is recorded twice"));
    }
    const auto& answer = asked->second.answer;
    if (answer && !Same(*answer, decision)) {
      book_.Error(absl::StrCat(entry.id(), " is not what was answered to ",
                               asked->first));
    }
    seen_.unacknowledged += answer ? 0 : 1;
    const bool allowed = decision.verdict() == v1::VERDICT_ALLOW;
    ++(allowed ? seen_.allowed : seen_.assessed);
    const int64_t expected =
        allowed ? verdict.flow().people().declared().persons() : 0;
    if (decision.charged_persons() != expected ||
        (allowed && decision.charging() != v1::CHARGING_COUNTED)) {
      book_.Error(absl::StrCat(entry.id(), " charges ",
                               decision.charged_persons(), ", not ", expected));
    }
    charged_[verdict.flow().exporter()] += decision.charged_persons();
  }

  void TakeSettlement(const v1::LogEntry& entry) {
    const v1::SettlementRecord& record = entry.record().settlement();
    const auto settled = settled_.find(record.request_id());
    if (settled == settled_.end() ||
        settled->second.request.decision_id() != record.decision_id()) {
      book_.Error(absl::StrCat(entry.id(), " is a settlement never sent"));
      return;
    }
    if (!recorded_.insert(record.request_id()).second ||
        !settlements_.insert(record.decision_id()).second) {
      book_.Error(absl::StrCat(record.request_id(), " is recorded twice"));
    }
    const auto& answer = settled->second.answer;
    if (answer && (answer->record_id() != entry.id() ||
                   answer->persons_returned() != record.persons_returned())) {
      book_.Error(absl::StrCat(entry.id(), " is not what was answered"));
    }
    seen_.unacknowledged += answer ? 0 : 1;
    ++seen_.settled;
    charged_[record.exporter()] -= record.persons_returned();
  }

  void ExpectAcknowledged() {
    for (const auto& [id, asked] : asked_) {
      if (asked.answer && !recorded_.count(id)) {
        book_.Error(absl::StrCat("acknowledged decision of ", id, " is lost"));
      }
    }
    for (const auto& [id, settled] : settled_) {
      if (settled.answer && !recorded_.count(id)) {
        book_.Error(absl::StrCat("acknowledged settlement ", id, " is lost"));
      }
    }
  }

  Book& book_;
  const std::map<std::string, Asked> asked_;
  const std::map<std::string, Settled> settled_;
  Seen seen_;
  uint64_t next_ = 0;  // The index above the next.
  int64_t time_ = INT64_MAX;
  std::set<std::string> recorded_;          // Request ids.
  std::set<std::string> settlements_;       // Decision ids that were settled.
  std::map<std::string, int64_t> charged_;  // By exporter.
};

void CheckGet(Caller& auditor, const Asked& asked, Book& book) {
  v1::GetDecisionRequest request;
  request.set_decision_id(asked.answer->decision_id());
  v1::GetDecisionResponse response;
  const grpc::Status status =
      Ask(*auditor.log, &v1::DecisionLogService::Stub::GetDecision, request,
          &response);
  if (!status.ok() ||
      !Same(response.entry().record().verdict().decision(), *asked.answer)) {
    book.Error(
        absl::StrCat("GetDecision of ", asked.answer->decision_id(),
                     " is not what was answered: ", status.error_message()));
  }
}

void Expect(const grpc::Status& status, const std::string& id, Book& book) {
  if (status.ok()) return;
  book.Error(absl::StrCat(id, " sent again: ", status.error_message()));
}

}  // namespace

Seen CheckLog(const service::TestPki& pki, int port, Book& book) {
  Caller auditor = AsAuditor(pki, port);
  Reading reading(book);
  reading.Read(auditor);
  reading.CompareTallies(auditor);
  return reading.seen();
}

void CheckRepeats(const service::TestPki& pki, int port,
                  const std::string& prefix, size_t sample, Book& book) {
  Caller auditor = AsAuditor(pki, port);
  std::map<std::string, Caller> exporters;
  for (const char* exporter : kExporters) {
    exporters.emplace(exporter, AsExporter(pki, port, exporter));
  }
  for (const auto& [id, asked] : book.asked()) {
    if (asked.answer) {
      if (!absl::StartsWith(id, prefix) || sample == 0) continue;
      --sample;
      CheckGet(auditor, asked, book);
    }
    Caller& caller = exporters.at(asked.flow.exporter());
    v1::Decision decision;
    Expect(Evaluate(caller, asked.flow, book, &decision), id, book);
  }
  for (const auto& [id, settled] : book.settled()) {
    if (settled.answer && !absl::StartsWith(id, prefix)) continue;
    Caller& caller = exporters.at(settled.request.exporter());
    Expect(Settle(caller, settled.request, book), id, book);
  }
}

}  // namespace tongguan::crash
