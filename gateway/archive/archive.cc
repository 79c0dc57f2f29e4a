#include "gateway/archive/archive.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"

namespace tongguan::archive {
namespace {

constexpr char kRecords[] = "records/";
constexpr char kProof[] = "proof/";
constexpr char kCheckpoint[] = "checkpoint/";
constexpr char kPart[] = "part/";
// A file of records or hashes ends with the one that reaches this.
constexpr size_t kFileBytes = 4 << 20;
constexpr size_t kIndexBytes = 8, kLengthBytes = 4;
// Of so many records in a file the place of one is noted.
constexpr size_t kPlaceEach = 16;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("archive: ", what));
}

void PutNumber(uint64_t value, size_t bytes, std::string* out) {
  for (size_t i = bytes; i-- > 0;) out->push_back(value >> (8 * i) & 0xff);
}

bool TakeNumber(size_t bytes, absl::string_view* in, uint64_t* value) {
  if (in->size() < bytes) return false;
  *value = 0;
  for (size_t i = 0; i < bytes; ++i) {
    *value = *value << 8 | static_cast<uint8_t>((*in)[i]);
  }
  in->remove_prefix(bytes);
  return true;
}

bool TakeRecord(absl::string_view* in, uint64_t* index,
                absl::string_view* record) {
  uint64_t length = 0;
  if (!TakeNumber(kIndexBytes, in, index) ||
      !TakeNumber(kLengthBytes, in, &length) || in->size() < length) {
    return false;
  }
  *record = in->substr(0, length);
  in->remove_prefix(length);
  return true;
}

std::string RecordsName(uint64_t first) {
  return absl::StrFormat("%s%012d", kRecords, first);
}

}  // namespace

Kind KindOf(absl::string_view name) {
  if (name == kPageName) return Kind::kPage;
  if (absl::StartsWith(name, kRecords)) return Kind::kRecords;
  if (absl::StartsWith(name, kProof)) return Kind::kProof;
  if (absl::StartsWith(name, kCheckpoint)) return Kind::kCheckpoint;
  return absl::StartsWith(name, kPart) ? Kind::kPart : Kind::kNone;
}

std::string PartName(absl::string_view digest) {
  return absl::StrCat(kPart, absl::BytesToHexString(digest));
}

std::string CheckpointName(uint64_t size) {
  return absl::StrFormat("%s%012d", kCheckpoint, size);
}

std::string ProofName(int n) { return absl::StrFormat("%s%06d", kProof, n); }

absl::StatusOr<std::unique_ptr<Writer>> Writer::Create(
    const std::string& path) {
  TG_ASSIGN_OR_RETURN(std::unique_ptr<ZipWriter> zip, ZipWriter::Create(path));
  return std::unique_ptr<Writer>(new Writer(std::move(zip)));
}

absl::Status Writer::Add(const std::string& name, absl::string_view bytes) {
  files_.push_back({DigestBytes(Sha256(bytes)), bytes.size(), name});
  return zip_->Add(name, bytes);
}

absl::Status Writer::AddRecord(uint64_t index, absl::string_view record) {
  if (records_.empty()) first_record_ = index;
  PutNumber(index, kIndexBytes, &records_);
  PutNumber(record.size(), kLengthBytes, &records_);
  records_.append(record.data(), record.size());
  return records_.size() < kFileBytes ? absl::OkStatus() : EndRecords();
}

absl::Status Writer::EndRecords() {
  if (records_.empty()) return absl::OkStatus();
  TG_RETURN_IF_ERROR(Add(RecordsName(first_record_), records_));
  records_.clear();
  return absl::OkStatus();
}

absl::Status Writer::AddHash(const journal::Hash& hash) {
  hashes_.append(hash.begin(), hash.end());
  return hashes_.size() < kFileBytes ? absl::OkStatus() : EndHashes();
}

absl::Status Writer::EndHashes() {
  if (hashes_.empty()) return absl::OkStatus();
  TG_RETURN_IF_ERROR(Add(ProofName(proofs_++), hashes_));
  hashes_.clear();
  return absl::OkStatus();
}

absl::Status Writer::AddCheckpoint(uint64_t size, absl::string_view note) {
  return Add(CheckpointName(size), note);
}

absl::Status Writer::AddPart(absl::string_view digest,
                             absl::string_view bytes) {
  return Add(PartName(digest), bytes);
}

absl::Status Writer::Finish(absl::string_view page, Manifest manifest) {
  TG_RETURN_IF_ERROR(EndRecords());
  TG_RETURN_IF_ERROR(EndHashes());
  TG_RETURN_IF_ERROR(Add(kPageName, page));
  manifest.files = std::move(files_);
  TG_RETURN_IF_ERROR(zip_->Add(kManifestName, FormatManifest(manifest)));
  return zip_->Finish();
}

absl::StatusOr<std::unique_ptr<Reader>> Reader::Open(const std::string& path) {
  auto reader = std::make_unique<Reader>();
  TG_ASSIGN_OR_RETURN(reader->zip_, ZipReader::Open(path));
  const std::vector<ZipEntry>& entries = reader->zip_->entries();
  if (entries.empty() || entries.back().name != kManifestName) {
    return Damaged("it has no manifest at its end");
  }
  TG_ASSIGN_OR_RETURN(const std::string text,
                      reader->zip_->Read(entries.back()));
  absl::StatusOr<Manifest> manifest = ParseManifest(text);
  if (!manifest.ok()) return Damaged(manifest.status().message());
  reader->manifest_ = *std::move(manifest);
  const std::vector<File>& files = reader->manifest_.files;
  const bool same =
      std::equal(files.begin(), files.end(), entries.begin(), entries.end() - 1,
                 [](const File& file, const ZipEntry& entry) {
                   return file.name == entry.name && file.length == entry.size;
                 });
  if (!same) return Damaged("its entries are not those of its manifest");
  return reader;
}

absl::StatusOr<std::string> Reader::Read(size_t at) const {
  const File& file = manifest_.files[at];
  TG_ASSIGN_OR_RETURN(std::string bytes, zip_->Read(zip_->entries()[at]));
  if (DigestBytes(Sha256(bytes)) != file.digest) {
    return Damaged(absl::StrCat(file.name, " is not that of the manifest"));
  }
  return bytes;
}

absl::StatusOr<std::string> Reader::Read(absl::string_view name) const {
  for (size_t at = 0; at < manifest_.files.size(); ++at) {
    if (manifest_.files[at].name == name) return Read(at);
  }
  return absl::NotFoundError(absl::StrCat("archive: it has no ", name));
}

absl::Status Reader::EachRecord(const Visit& visit) {
  places_.clear();
  uint64_t least = 0;  // Index that the next record may have.
  for (size_t at = 0; at < manifest_.files.size(); ++at) {
    const std::string& name = manifest_.files[at].name;
    if (KindOf(name) != Kind::kRecords) continue;
    TG_ASSIGN_OR_RETURN(const std::string bytes, Read(at));
    absl::string_view rest = bytes, record;
    uint64_t index = 0;
    for (size_t passed = 0; !rest.empty(); ++passed) {
      const uint64_t place = bytes.size() - rest.size();
      if (!TakeRecord(&rest, &index, &record) || index < least ||
          (passed == 0 && name != RecordsName(index))) {
        return Damaged(absl::StrCat(name, " does not hold records in order"));
      }
      if (passed % kPlaceEach == 0) places_.push_back({index, at, place});
      TG_RETURN_IF_ERROR(visit(index, record));
      least = index + 1;
    }
  }
  return absl::OkStatus();
}

// Goes from the place that was noted last before it from record to record.
absl::StatusOr<std::string> Reader::ReadRecord(uint64_t index) const {
  const absl::Status none = absl::NotFoundError(
      absl::StrCat("archive: record ", index, " is not in it"));
  auto place = std::upper_bound(
      places_.begin(), places_.end(), index,
      [](uint64_t than, const Place& noted) { return than < noted.index; });
  if (place == places_.begin()) return none;
  --place;
  const ZipEntry& file = zip_->entries()[place->file];
  for (uint64_t at = place->at; at < file.size;) {
    TG_ASSIGN_OR_RETURN(const std::string head,
                        zip_->ReadSome(file, at, kIndexBytes + kLengthBytes));
    absl::string_view rest = head;
    uint64_t found = 0, length = 0;
    TakeNumber(kIndexBytes, &rest, &found);
    TakeNumber(kLengthBytes, &rest, &length);
    if (found > index) return none;
    at += head.size();
    if (found == index) return zip_->ReadSome(file, at, length);
    at += length;
  }
  return none;
}

// Takes up the next file of hashes, unless there is one with some left.
absl::Status ProofReader::Fill() {
  while (at_ == bytes_.size()) {
    const std::vector<File>& files = reader_.manifest().files;
    while (next_ < files.size() && KindOf(files[next_].name) != Kind::kProof) {
      ++next_;
    }
    if (next_ == files.size()) return Damaged("its proof is too short");
    TG_ASSIGN_OR_RETURN(bytes_, reader_.Read(next_++));
    at_ = 0;
  }
  return absl::OkStatus();
}

absl::StatusOr<journal::Hash> ProofReader::Next() {
  TG_RETURN_IF_ERROR(Fill());
  journal::Hash hash;
  const absl::string_view left = absl::string_view(bytes_).substr(at_);
  if (!journal::ReadHash(left.substr(0, hash.size()), &hash)) {
    return Damaged("its proof does not hold whole hashes");
  }
  at_ += hash.size();
  return hash;
}

bool ProofReader::AtEnd() { return !Fill().ok(); }

}  // namespace tongguan::archive
