#include "gateway/cli/archive_export.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/archive/archive.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/archive_page.h"
#include "gateway/cli/archive_rules.h"
#include "gateway/cli/policy_parts.h"
#include "gateway/journal/note.h"
#include "gateway/journal/selection.h"
#include "gateway/ledger/rows.h"
#include "gateway/policy/parts.h"
#include "gateway/service/append.h"
#include "gateway/service/reading.h"

namespace tongguan::cli {
namespace {

absl::Status Stop() { return absl::AbortedError("stop"); }

absl::StatusOr<v1::DecisionRecord> Parse(uint64_t index,
                                         absl::string_view bytes) {
  v1::DecisionRecord record;
  if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return record;
  }
  return absl::DataLossError(
      absl::StrCat("ledger: record ", index, " cannot be read"));
}

class Exporter {
 public:
  Exporter(ledger::Scan& scan, archive::Selection selection)
      : scan_(scan),
        selection_(std::move(selection)),
        span_(SpanOf(selection_)),
        prover_([this](const journal::Hash& hash) {
          return writer_->AddHash(hash);
        }) {}

  absl::Status Run(const std::string& path);

 private:
  absl::Status FindRange();
  absl::Status FindKeys();
  absl::Status FindEdges();
  absl::Status AddHead(uint64_t index);
  absl::Status PassTo(uint64_t index);
  absl::Status AddSingles(uint64_t end);
  absl::Status AddRange();
  absl::Status AddOne(uint64_t index, absl::string_view bytes,
                      const v1::DecisionRecord& record);
  absl::Status TakeRow(const ledger::RawRow& row);
  absl::Status TakeRecord(uint64_t index, absl::string_view bytes);
  absl::Status AddPolicies();
  absl::Status AddParts(const std::string& policy);
  bool MayGo(const v1::PolicyPart& part, const std::string& bytes) const;
  bool Asked(const v1::DecisionRecord& record) const {
    return selection_.exporter.empty() ||
           service::ExporterOf(record) == selection_.exporter;
  }

  ledger::Scan& scan_;
  const archive::Selection selection_;
  const Span span_;
  journal::SelectionProver prover_;
  std::unique_ptr<archive::Writer> writer_;
  uint64_t first_ = 0, end_ = 0;  // Records of the span.
  std::set<uint64_t> singles_;    // Records that prove something.
  std::string origin_;
  // Heads, by size: the commits of key changes, and the last.
  std::map<uint64_t, std::string> heads_;
  std::map<uint64_t, std::string>::const_iterator next_head_;
  journal::Hash root_ = {};  // Of the last head.
  uint64_t records_ = 0;     // Of the selection.
  std::set<std::string> policies_, parts_;
};

absl::Status Exporter::FindRange() {
  TG_ASSIGN_OR_RETURN(first_, scan_.FirstSince(span_.since));
  end_ = scan_.size();
  if (span_.until != INT64_MAX) {
    TG_ASSIGN_OR_RETURN(end_, scan_.FirstSince(span_.until));
  }
  end_ = std::max(first_, end_);
  return CheckThere(scan_, first_, span_);
}

absl::Status Exporter::FindKeys() {
  TG_ASSIGN_OR_RETURN(const std::vector<uint64_t> keys,
                      scan_.Find(service::kKeyIndexKey));
  if (keys.empty()) {
    return absl::FailedPreconditionError(
        "this log is not signed, so an archive of it would prove nothing: "
        "start the gateway with a log key, then export");
  }
  for (const uint64_t index : keys) {
    TG_ASSIGN_OR_RETURN(const std::string bytes, scan_.ReadRecord(index));
    TG_ASSIGN_OR_RETURN(const v1::DecisionRecord record, Parse(index, bytes));
    origin_ = record.key_change().origin();
    TG_RETURN_IF_ERROR(AddHead(index));
    singles_.insert(index);
  }
  return AddHead(scan_.size() - 1);
}

// The head of the commit that holds the record.
absl::Status Exporter::AddHead(uint64_t index) {
  const absl::Status read =
      scan_.EachRow(index, [&](const ledger::RawRow& row) {
        const uint64_t size = row.first_index + row.count;
        if (row.signature.size() < 4 || !journal::ReadHash(row.root, &root_)) {
          return absl::FailedPreconditionError(
              absl::StrCat("the head over record ", index, " is not signed"));
        }
        const std::string signature(row.signature.data(), row.signature.size());
        heads_[size] = journal::FormatNote(
            {journal::FormatCheckpoint({origin_, size, root_}),
             {{origin_, signature.substr(0, 4), signature.substr(4)}}});
        return Stop();
      });
  return absl::IsAborted(read) ? absl::OkStatus() : read;
}

// The records before and after the span, which show that nothing in it is left
// out. One exporter's are not shown to be all, so others' do not go along.
absl::Status Exporter::FindEdges() {
  if (!selection_.exporter.empty()) return absl::OkStatus();
  if (end_ < scan_.size()) singles_.insert(end_);
  if (first_ == 0) return absl::OkStatus();
  if (first_ < scan_.size()) {
    TG_ASSIGN_OR_RETURN(const std::string bytes, scan_.ReadRecord(first_));
    TG_ASSIGN_OR_RETURN(const v1::DecisionRecord record, Parse(first_, bytes));
    if (ClosesBefore(record, span_)) {
      singles_.insert(first_);
      return absl::OkStatus();
    }
  }
  singles_.insert(first_ - 1);
  return absl::OkStatus();
}

// Passes what is not chosen; the proof stops where a head lies.
absl::Status Exporter::PassTo(uint64_t index) {
  const journal::Hashes hashes = journal::FromStored(
      [this](int level, uint64_t at) { return scan_.ReadHash(level, at); });
  for (; next_head_ != heads_.end() && next_head_->first <= index;
       ++next_head_) {
    TG_RETURN_IF_ERROR(prover_.PassTo(next_head_->first, hashes));
    TG_RETURN_IF_ERROR(prover_.Stop());
  }
  return prover_.PassTo(index, hashes);
}

absl::Status Exporter::AddOne(uint64_t index, absl::string_view bytes,
                              const v1::DecisionRecord& record) {
  TG_RETURN_IF_ERROR(PassTo(index));
  TG_RETURN_IF_ERROR(prover_.Choose());
  const std::string policy = PolicyOf(record);
  if (!policy.empty()) policies_.insert(policy);
  return writer_->AddRecord(index, bytes);
}

absl::Status Exporter::AddSingles(uint64_t end) {
  while (!singles_.empty() && *singles_.begin() < end) {
    const uint64_t index = *singles_.begin();
    singles_.erase(singles_.begin());
    TG_ASSIGN_OR_RETURN(const std::string bytes, scan_.ReadRecord(index));
    TG_ASSIGN_OR_RETURN(const v1::DecisionRecord record, Parse(index, bytes));
    TG_RETURN_IF_ERROR(AddOne(index, bytes, record));
  }
  return absl::OkStatus();
}

absl::Status Exporter::TakeRecord(uint64_t index, absl::string_view bytes) {
  TG_ASSIGN_OR_RETURN(const v1::DecisionRecord record, Parse(index, bytes));
  const bool asked = Asked(record);
  records_ += asked;
  if (asked || singles_.erase(index) > 0) {
    singles_.erase(index);
    return AddOne(index, bytes, record);
  }
  TG_RETURN_IF_ERROR(PassTo(index));
  prover_.Pass(journal::LeafHash(bytes));
  return absl::OkStatus();
}

absl::Status Exporter::TakeRow(const ledger::RawRow& row) {
  absl::string_view records = row.records, bytes;
  for (uint64_t index = row.first_index; ledger::TakeFrame(&records, &bytes);
       ++index) {
    if (index >= end_) return Stop();
    if (index < first_) continue;
    TG_RETURN_IF_ERROR(TakeRecord(index, bytes));
  }
  return absl::OkStatus();
}

absl::Status Exporter::AddRange() {
  if (first_ == end_) return absl::OkStatus();
  TG_RETURN_IF_ERROR(PassTo(first_));
  const absl::Status read = scan_.EachRow(
      first_, [this](const ledger::RawRow& row) { return TakeRow(row); });
  return absl::IsAborted(read) ? absl::OkStatus() : read;
}

// Whether the part may leave with this archive: other exporters' entries of the
// registry do not go with one's own records.
bool Exporter::MayGo(const v1::PolicyPart& part,
                     const std::string& bytes) const {
  if (selection_.exporter.empty() || !OfRegistry(part.name())) return true;
  v1::RegistryShard shard;
  return shard.ParseFromString(bytes) && OnlyOf(shard, selection_.exporter);
}

absl::Status Exporter::AddParts(const std::string& policy) {
  TG_ASSIGN_OR_RETURN(const std::string text, scan_.ReadPart(policy));
  TG_ASSIGN_OR_RETURN(const v1::PolicyManifest manifest,
                      policy::ParseManifest(text));
  if (parts_.insert(policy).second) {
    TG_RETURN_IF_ERROR(writer_->AddPart(policy, text));
  }
  for (const v1::PolicyPart& part : manifest.parts()) {
    if (!parts_.insert(part.digest()).second) continue;
    TG_ASSIGN_OR_RETURN(const std::string bytes, scan_.ReadPart(part.digest()));
    if (!MayGo(part, bytes)) continue;
    TG_RETURN_IF_ERROR(writer_->AddPart(part.digest(), bytes));
  }
  return absl::OkStatus();
}

absl::Status Exporter::AddPolicies() {
  for (const std::string& policy : policies_) {
    TG_RETURN_IF_ERROR(AddParts(policy));
  }
  return absl::OkStatus();
}

absl::Status Exporter::Run(const std::string& path) {
  TG_RETURN_IF_ERROR(FindRange());
  TG_RETURN_IF_ERROR(FindKeys());
  TG_RETURN_IF_ERROR(FindEdges());
  TG_ASSIGN_OR_RETURN(writer_, archive::Writer::Create(path));
  next_head_ = heads_.begin();
  TG_RETURN_IF_ERROR(AddSingles(first_));
  TG_RETURN_IF_ERROR(AddRange());
  TG_RETURN_IF_ERROR(AddSingles(scan_.size()));
  TG_RETURN_IF_ERROR(PassTo(scan_.size()));
  for (const auto& [size, note] : heads_) {
    TG_RETURN_IF_ERROR(writer_->AddCheckpoint(size, note));
  }
  TG_RETURN_IF_ERROR(AddPolicies());
  archive::Manifest manifest;
  manifest.head = {origin_, scan_.size(), root_};
  manifest.selection = selection_;
  manifest.records = records_;
  const std::string page = ArchivePage(manifest);
  return writer_->Finish(page, std::move(manifest));
}

}  // namespace

absl::Status CheckThere(ledger::Scan& scan, uint64_t first, const Span& span) {
  if (first > scan.first() || scan.first() == 0) return absl::OkStatus();
  TG_ASSIGN_OR_RETURN(const std::string bytes, scan.ReadRecord(first));
  TG_ASSIGN_OR_RETURN(const v1::DecisionRecord record, Parse(first, bytes));
  if (ClosesBefore(record, span)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "--since: years before ", record.year(),
      " were taken out of this ledger into archives: ask from ", record.year(),
      "-01-01 on, and take the earlier ones from their archives"));
}

absl::Status WriteArchive(ledger::Scan& scan,
                          const archive::Selection& selection,
                          const std::string& path) {
  return Exporter(scan, selection).Run(path);
}

}  // namespace tongguan::cli
