#include "gateway/service/append.h"

#include <future>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"

namespace tongguan::service {
namespace {

ledger::Entry MakeOwn(ledger::View& view, const std::string& index_key,
                      const std::function<void(v1::DecisionRecord*)>& fill) {
  v1::DecisionRecord record;
  record.set_time_micros(absl::ToUnixMicros(view.now()));
  record.set_year(BeijingYear(view.now()));
  record.mutable_actor()->set_role("operator");
  record.mutable_actor()->set_name("gateway");
  fill(&record);
  ledger::Entry entry;
  entry.record = record.SerializeAsString();
  entry.index.exporter = index_key;
  return entry;
}

}  // namespace

ledger::Entry MakeYearEnd(ledger::View& view, int32_t last_year,
                          const ledger::Head& closed) {
  return MakeOwn(view, kYearIndexKey, [&](v1::DecisionRecord* record) {
    v1::YearEndRecord& end = *record->mutable_year_end();
    end.set_year(last_year);
    end.set_size(closed.size);
    end.set_root(DigestBytes(closed.root));
  });
}

absl::StatusOr<ledger::Stored> AppendOwn(
    const std::string& index_key, std::function<void(v1::DecisionRecord*)> fill,
    ledger::Ledger& ledger) {
  auto done = std::make_shared<std::promise<absl::StatusOr<ledger::Stored>>>();
  auto result = done->get_future();
  ledger::Submission submission;
  submission.digest = std::string(32, '\0');  // Nobody asks for it again.
  submission.make = [index_key, fill = std::move(fill)](
                        ledger::View& view) -> absl::StatusOr<ledger::Entry> {
    return MakeOwn(view, index_key, fill);
  };
  submission.done = [done](absl::StatusOr<ledger::Stored> stored) {
    done->set_value(std::move(stored));
  };
  ledger.Submit(std::move(submission));
  return result.get();
}

absl::StatusOr<v1::DecisionRecord> LastOwn(const std::string& index_key,
                                           ledger::Ledger& ledger) {
  ledger::Query query;
  query.exporter = index_key;
  query.limit = 1;
  TG_ASSIGN_OR_RETURN(const auto found, ledger.List(query));
  v1::DecisionRecord record;
  if (!found.empty() && !record.ParseFromString(found[0].record)) {
    return absl::DataLossError(
        absl::StrCat("record ", found[0].id, " does not parse"));
  }
  return record;
}

}  // namespace tongguan::service
