#include "gateway/service/pruning.h"

#include <optional>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/prune.h"
#include "gateway/service/append.h"

namespace tongguan::service {
namespace {

// More years than a log will ever have.
constexpr int kMostPrunings = 1000;
constexpr int kYearsKept = 3;

// The newest record under the key, copied to the end of the log if it goes. It
// then names itself as the one before it: nothing is changed by it.
absl::Status Restate(const char* index_key, uint64_t below,
                     ledger::Ledger& ledger) {
  ledger::Query query;
  query.exporter = index_key;
  query.limit = 1;
  TG_ASSIGN_OR_RETURN(const auto found, ledger.List(query));
  if (found.empty() || found[0].index >= below) return absl::OkStatus();
  v1::DecisionRecord last;
  if (!last.ParseFromString(found[0].record)) {
    return absl::DataLossError(
        absl::StrCat("record ", found[0].id, " does not parse"));
  }
  return AppendOwn(
             index_key,
             [&last](v1::DecisionRecord* record) {
               if (last.has_key_change()) {
                 v1::KeyChangeRecord& again = *record->mutable_key_change();
                 again = last.key_change();
                 again.set_previous_key(again.key());
               } else {
                 v1::PolicyActivationRecord& again =
                     *record->mutable_policy_activation();
                 again = last.policy_activation();
                 again.set_previous_digest(
                     absl::BytesToHexString(again.policy().digest()));
                 record->set_request_digest(last.request_digest());
               }
             },
             ledger)
      .status();
}

absl::StatusOr<std::vector<v1::PruningRecord>> Prunings(
    ledger::Ledger& ledger) {
  ledger::Query query;
  query.exporter = kPruningIndexKey;
  query.limit = kMostPrunings;
  TG_ASSIGN_OR_RETURN(const auto found, ledger.List(query));
  std::vector<v1::PruningRecord> prunings;
  for (const ledger::Stored& stored : found) {
    v1::DecisionRecord record;
    if (!record.ParseFromString(stored.record)) {
      return absl::DataLossError(
          absl::StrCat("record ", stored.id, " does not parse"));
    }
    prunings.push_back(record.pruning());
  }
  return prunings;
}

// Says it in the log, unless that was done and then interrupted.
absl::Status Record(const v1::PruningRecord& pruning, ledger::Ledger& ledger) {
  TG_RETURN_IF_ERROR(Restate(kKeyIndexKey, pruning.size(), ledger));
  TG_RETURN_IF_ERROR(Restate(kPolicyIndexKey, pruning.size(), ledger));
  TG_ASSIGN_OR_RETURN(const std::vector<v1::PruningRecord> before,
                      Prunings(ledger));
  if (!before.empty() &&
      before[0].SerializeAsString() == pruning.SerializeAsString()) {
    return absl::OkStatus();
  }
  return AppendOwn(
             kPruningIndexKey,
             [&pruning](v1::DecisionRecord* record) {
               *record->mutable_pruning() = pruning;
             },
             ledger)
      .status();
}

}  // namespace

absl::Time MayGoFrom(int32_t year) {
  return absl::FromCivil(absl::CivilYear(year + 1 + kYearsKept),
                         absl::FixedTimeZone(8 * 60 * 60));
}

namespace {

absl::Status CheckAge(int32_t year, absl::Time now) {
  if (now >= MayGoFrom(year)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("records of ", year, " are to be kept ", kYearsKept,
                   " years from its end: nothing was taken out"));
}

}  // namespace

absl::Status PruneLog(const std::string& ledger_path, const LogKey& key,
                      const v1::PruningRecord& pruning, const Clock& clock) {
  TG_RETURN_IF_ERROR(CheckAge(pruning.year(), clock.Now()));
  ledger::Options options;
  options.path = ledger_path;
  options.key = key;
  options.year_end = MakeYearEnd;
  {
    TG_ASSIGN_OR_RETURN(
        const auto ledger,
        ledger::OpenSqliteLedger(options, [&clock] { return clock.Now(); }));
    if (ledger->size() == 0) return absl::NotFoundError("the log is empty");
    TG_ASSIGN_OR_RETURN(const ledger::Stored last,
                        ledger->Read(ledger->size() - 1));
    TG_RETURN_IF_ERROR(CheckAge(pruning.year(), last.time));
    TG_RETURN_IF_ERROR(RecordLogKey(*key, *ledger));
    TG_RETURN_IF_ERROR(Record(pruning, *ledger));
  }
  return ledger::Prune(ledger_path, pruning.size());
}

absl::StatusOr<v1::PruningRecord> PruningOf(uint64_t index,
                                            ledger::Ledger& ledger) {
  TG_ASSIGN_OR_RETURN(const std::vector<v1::PruningRecord> prunings,
                      Prunings(ledger));
  // Newest first: the last of them that covers it took it out.
  std::optional<v1::PruningRecord> found;
  for (const v1::PruningRecord& pruning : prunings) {
    if (pruning.size() > index && (!found || pruning.size() < found->size())) {
      found = pruning;
    }
  }
  if (found) return *found;
  return absl::NotFoundError(
      absl::StrCat("no record says that record ", index, " was taken out"));
}

}  // namespace tongguan::service
