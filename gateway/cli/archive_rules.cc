#include "gateway/cli/archive_rules.h"

#include <algorithm>

#include "gateway/base/beijing.h"

namespace tongguan::cli {

Span SpanOf(const archive::Selection& selection) {
  Span span;
  if (!selection.since.empty()) {
    span.since =
        absl::ToUnixMicros(StartOfBeijingDay(*ParseDay(selection.since)));
  }
  if (!selection.until.empty()) {
    span.until =
        absl::ToUnixMicros(StartOfBeijingDay(*ParseDay(selection.until) + 1));
  }
  return span;
}

bool ClosesBefore(const v1::DecisionRecord& record, const Span& span) {
  return record.has_year_end() &&
         record.year_end().year() <
             BeijingYear(absl::FromUnixMicros(span.since));
}

std::string PolicyOf(const v1::DecisionRecord& record) {
  if (record.has_verdict())
    return record.verdict().decision().policy().digest();
  return record.policy_activation().policy().digest();
}

bool OnlyOf(const v1::RegistryShard& shard, const std::string& exporter) {
  const auto all = [&exporter](const auto& entries) {
    return std::all_of(entries.begin(), entries.end(),
                       [&exporter](const auto& entry) {
                         return entry.exporter() == exporter;
                       });
  };
  return shard.groups().empty() && shard.restricted().empty() &&
         std::all_of(shard.enterprises().begin(), shard.enterprises().end(),
                     [&](const auto& own) { return own.uscc() == exporter; }) &&
         all(shard.filings()) && all(shard.registrations()) &&
         all(shard.list_filings());
}

}  // namespace tongguan::cli
