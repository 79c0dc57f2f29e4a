// `tongguan log publish`: the log as static files. Tiles are written first,
// then the checkpoint that needs them; what a crash leaves is written again.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/log_dir.h"
#include "gateway/cli/log_keys.h"
#include "gateway/cli/verb.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/frontier.h"
#include "gateway/journal/note.h"
#include "gateway/journal/proof.h"
#include "gateway/ledger/rows.h"
#include "gateway/ledger/scan.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::cli {
namespace {

using journal::kTileHeight;
using journal::kTileWidth;

struct Flags {
  std::string dir;
  std::string ledger;
  std::vector<std::string> keys;
  std::string sm2_key;
};

absl::Status Differs(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      what,
      ": nothing was published from there on; see with tongguan log "
      "verify what is wrong"));
}

class Publisher {
 public:
  Publisher(Context& context, ledger::Scan& scan, LogDir& dir,
            std::vector<journal::PublicKey> keys)
      : context_(context), scan_(scan), dir_(dir), keys_(std::move(keys)) {}

  // Brings the folder to the ledger's last head. `sm2` may be null.
  absl::Status Run(const journal::SigningKey* sm2);
  bool nothing_new() const { return old_size_ == scan_.size(); }

 private:
  absl::Status TakeUp();
  absl::Status CheckPruned(uint64_t from) const;
  absl::Status TakeRow(const ledger::RawRow& row);
  absl::Status TakeRecord(absl::string_view record);
  absl::Status WriteLeaves();
  absl::Status WriteParts(const v1::PolicyActivationRecord& activation);
  absl::Status WriteTiles();
  absl::StatusOr<journal::Note> SignedHead(const journal::SigningKey* sm2);
  void RemovePartial();

  Context& context_;
  ledger::Scan& scan_;
  LogDir& dir_;
  const std::vector<journal::PublicKey> keys_;
  uint64_t old_size_ = 0;
  journal::Frontier frontier_;
  std::vector<journal::StoredHash> filled_;
  std::vector<std::string> records_;  // Of the tile that fills.
  std::string root_, signature_;      // Of the last row.
};

// Publishing reads the ledger from the beginning of the tile that fills.
absl::Status Publisher::CheckPruned(uint64_t from) const {
  if (from >= scan_.first()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "records below ", scan_.first(),
      " were taken out of this ledger into archives, and the folder does not "
      "have them: publish into the folder that was published into before"));
}

// Where the folder ends: the ledger must begin with what it holds.
absl::Status Publisher::TakeUp() {
  const auto bytes = dir_.Read("checkpoint");
  if (absl::IsNotFound(bytes.status())) return CheckPruned(0);
  TG_RETURN_IF_ERROR(bytes.status());
  // Whoever wrote it may have been killed before it was durable.
  TG_RETURN_IF_ERROR(dir_.Write("checkpoint", *bytes, true));
  TG_ASSIGN_OR_RETURN(const journal::Note note, journal::ParseNote(*bytes));
  TG_ASSIGN_OR_RETURN(const journal::Checkpoint head,
                      journal::ParseCheckpoint(note.text));
  if (head.size > scan_.size()) {
    return Differs(absl::StrCat("the folder holds ", head.size,
                                " records and the ledger ", scan_.size()));
  }
  TG_RETURN_IF_ERROR(CheckPruned(head.size / kTileWidth * kTileWidth));
  TG_ASSIGN_OR_RETURN(
      const journal::Hash root,
      journal::RootAt(head.size,
                      journal::FromStored([&](int level, uint64_t index) {
                        return scan_.ReadHash(level, index);
                      })));
  if (root != head.root) {
    return Differs("the folder's checkpoint is not of this ledger's records");
  }
  old_size_ = head.size;
  return absl::OkStatus();
}

absl::Status Publisher::Run(const journal::SigningKey* sm2) {
  TG_RETURN_IF_ERROR(TakeUp());
  if (nothing_new()) return absl::OkStatus();
  const uint64_t begin = old_size_ / kTileWidth * kTileWidth;
  TG_ASSIGN_OR_RETURN(
      frontier_, journal::Frontier::At(
                     begin, journal::FromStored([&](int level, uint64_t index) {
                       return scan_.ReadHash(level, index);
                     })));
  TG_RETURN_IF_ERROR(scan_.EachRow(
      begin, [this](const ledger::RawRow& row) { return TakeRow(row); }));
  TG_RETURN_IF_ERROR(WriteLeaves());
  TG_RETURN_IF_ERROR(WriteTiles());
  TG_ASSIGN_OR_RETURN(const journal::Note note, SignedHead(sm2));
  TG_RETURN_IF_ERROR(dir_.Write("checkpoint", journal::FormatNote(note), true));
  RemovePartial();
  return absl::OkStatus();
}

absl::Status Publisher::TakeRow(const ledger::RawRow& row) {
  absl::string_view records = row.records, record;
  for (uint64_t index = row.first_index; ledger::TakeFrame(&records, &record);
       ++index) {
    if (index < frontier_.size()) continue;
    if (index != frontier_.size()) {
      return Differs(absl::StrCat("record ", frontier_.size(), " is missing"));
    }
    TG_RETURN_IF_ERROR(TakeRecord(record));
  }
  // The row in which the folder ended last may begin before it.
  if (row.root != DigestBytes(frontier_.Root())) {
    return Differs(absl::StrCat("the records from ", row.first_index,
                                " on are not those of their root"));
  }
  root_.assign(row.root.data(), row.root.size());
  signature_.assign(row.signature.data(), row.signature.size());
  return absl::OkStatus();
}

absl::Status Publisher::TakeRecord(absl::string_view record) {
  frontier_.Append(journal::LeafHash(record), &filled_);
  records_.emplace_back(record.data(), record.size());
  v1::DecisionRecord parsed;
  if (!parsed.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return Differs(
        absl::StrCat("record ", frontier_.size() - 1, " cannot be read"));
  }
  if (parsed.has_policy_activation()) {
    TG_RETURN_IF_ERROR(WriteParts(parsed.policy_activation()));
  }
  for (const journal::StoredHash& tile : filled_) {
    TG_ASSIGN_OR_RETURN(const journal::Hash kept,
                        scan_.ReadHash(tile.level, tile.index));
    if (kept != tile.hash) {
      return Differs(absl::StrCat("the kept hash of tile ", tile.level, "/",
                                  tile.index, " is not of its records"));
    }
  }
  filled_.clear();
  return frontier_.size() % kTileWidth == 0 ? WriteLeaves() : absl::OkStatus();
}

absl::Status Publisher::WriteParts(
    const v1::PolicyActivationRecord& activation) {
  std::vector<std::string> digests(activation.parts().begin(),
                                   activation.parts().end());
  digests.push_back(activation.policy().digest());
  for (const std::string& digest : digests) {
    TG_ASSIGN_OR_RETURN(const std::string part, scan_.ReadPart(digest));
    if (DigestBytes(Sha256(part)) != digest) {
      return Differs("a part of a policy was changed");
    }
    TG_RETURN_IF_ERROR(dir_.Write(PartPath(digest), part, false));
  }
  return absl::OkStatus();
}

// The records so far of the tile at the end, and their hashes.
absl::Status Publisher::WriteLeaves() {
  if (records_.empty()) return absl::OkStatus();
  const journal::Tile tile{0, (frontier_.size() - 1) / kTileWidth,
                           static_cast<int>(records_.size())};
  std::string hashes;
  for (const std::string& record : records_) {
    hashes += DigestBytes(journal::LeafHash(record));
  }
  const Bundle bundle = MakeBundle(tile, records_);
  TG_RETURN_IF_ERROR(dir_.Write(bundle.name, bundle.bytes, false));
  TG_RETURN_IF_ERROR(dir_.Write(journal::TilePath(tile), hashes, false));
  records_.clear();
  return absl::OkStatus();
}

// The tiles above the records.
absl::Status Publisher::WriteTiles() {
  for (const journal::Tile& tile :
       journal::NewTiles(old_size_, frontier_.size())) {
    if (tile.level == 0) continue;
    std::string hashes;
    for (int i = 0; i < tile.width; ++i) {
      TG_ASSIGN_OR_RETURN(const journal::Hash hash,
                          scan_.ReadHash(tile.level * kTileHeight,
                                         tile.index * kTileWidth + i));
      hashes += DigestBytes(hash);
    }
    TG_RETURN_IF_ERROR(dir_.Write(journal::TilePath(tile), hashes, false));
  }
  return absl::OkStatus();
}

absl::StatusOr<journal::Note> Publisher::SignedHead(
    const journal::SigningKey* sm2) {
  for (const journal::PublicKey& key : keys_) {
    const std::string text = journal::FormatCheckpoint(
        {key.name(), frontier_.size(), frontier_.Root()});
    if (signature_.substr(0, 4) != key.id() ||
        !key.Verify(text, signature_.substr(4))) {
      continue;
    }
    journal::Note note{text, {{key.name(), key.id(), signature_.substr(4)}}};
    if (sm2 != nullptr) {
      // At most once a second (SPEC.md, section 2), whenever the run before was
      // killed: the folder is this run's alone while it waits.
      context_.Sleep(absl::Seconds(1));
      TG_ASSIGN_OR_RETURN(std::string signature, sm2->Sign(text));
      note.signatures.push_back(
          {sm2->origin(), sm2->public_key().id(), std::move(signature)});
    }
    return note;
  }
  return Differs("the last head is not signed by any key that was given");
}

// Partial tiles that full ones have taken the place of.
void Publisher::RemovePartial() {
  for (const journal::Tile& tile :
       journal::NewTiles(old_size_, frontier_.size())) {
    if (tile.width != static_cast<int>(kTileWidth)) continue;
    dir_.Remove(journal::TilePath(tile) + ".p");
    if (tile.level > 0) continue;
    dir_.Remove(journal::EntriesPath(tile) + ".p");
    dir_.Remove(LargeEntriesPath(tile) + ".p");
  }
}

int Publish(Context& context, const Flags& flags) {
  const auto keys = ReadLedgerKeys(flags.keys, flags.ledger, context.in());
  if (!keys.ok()) return context.FailHere(keys.status());
  std::optional<journal::SigningKey> sm2;
  if (!flags.sm2_key.empty()) {
    auto read = journal::SigningKey::Read(flags.sm2_key);
    if (!read.ok()) return context.FailHere(read.status());
    sm2 = *std::move(read);
  }
  const auto scan = ledger::Scan::Open(flags.ledger);
  if (!scan.ok()) return context.FailHere(scan.status());
  std::error_code error;
  std::filesystem::create_directories(flags.dir, error);
  const int fd = open(flags.dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto close_it = absl::MakeCleanup([fd] {
    if (fd >= 0) close(fd);
  });
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return context.Fail("publish.busy", {{"0", flags.dir}});
  }
  LogDir dir(flags.dir);
  Publisher publisher(context, **scan, dir, *keys);
  const absl::Status published = publisher.Run(sm2 ? &*sm2 : nullptr);
  if (absl::IsDataLoss(published)) {
    context.FailHere(published);
    return kBroken;
  }
  if (!published.ok()) return context.FailHere(published);
  if (publisher.nothing_new()) {
    context.Note("publish.nothing");
  } else {
    context.Note("publish.done", {{"0", absl::StrCat((*scan)->size())},
                                  {"1", absl::StrCat(dir.written())}});
  }
  return kSuccess;
}

}  // namespace

void AddLogPublish(CLI::App* log, const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = log->add_subcommand("publish", setup.T("help.log_publish"));
  verb->add_option("DIR", flags->dir, setup.T("help.publish_dir"))->required();
  verb->add_option("--ledger", flags->ledger, setup.T("help.ledger_file"))
      ->required();
  verb->add_option("--public-key", flags->keys, setup.T("help.public_key"));
  verb->add_option("--sm2-key", flags->sm2_key, setup.T("help.sm2_key"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Publish(context, *flags); };
  });
}

}  // namespace tongguan::cli
