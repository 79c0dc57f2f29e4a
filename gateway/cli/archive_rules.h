// What writing an archive and verifying one agree on: which records answer to a
// selection, and which policies they need.
#ifndef TONGGUAN_GATEWAY_CLI_ARCHIVE_RULES_H_
#define TONGGUAN_GATEWAY_CLI_ARCHIVE_RULES_H_

#include <cstdint>
#include <string>

#include "gateway/archive/manifest.h"
#include "proto/tongguan/v1/record.pb.h"
#include "proto/tongguan/v1/registry.pb.h"

namespace tongguan::cli {

// A selection's instants, microseconds: from `since` on, before `until`.
struct Span {
  int64_t since = 0;
  int64_t until = INT64_MAX;

  bool Holds(int64_t micros) const { return since <= micros && micros < until; }
};
// The dates of a selection are well-formed, or empty.
Span SpanOf(const archive::Selection& selection);

// Whether the first record of a selection shows by itself that the one before
// it is earlier: it closes a year that ended before `since`.
bool ClosesBefore(const v1::DecisionRecord& record, const Span& span);

// The digest of the policy that the record was made by or brought into force;
// empty: none.
std::string PolicyOf(const v1::DecisionRecord& record);

// Whether the shard speaks of this exporter only.
bool OnlyOf(const v1::RegistryShard& shard, const std::string& exporter);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_ARCHIVE_RULES_H_
