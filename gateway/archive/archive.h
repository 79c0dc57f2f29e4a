// An archive, written as a stream and read again. The form is SPEC.md, section
// 8: records/N from record N on, proof/N, checkpoint/SIZE, part/HEX, the page,
// and the manifest as the last entry.
#ifndef TONGGUAN_GATEWAY_ARCHIVE_ARCHIVE_H_
#define TONGGUAN_GATEWAY_ARCHIVE_ARCHIVE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/archive/manifest.h"
#include "gateway/archive/zip.h"
#include "gateway/journal/hash.h"

namespace tongguan::archive {

inline constexpr char kManifestName[] = "manifest.txt";
inline constexpr char kPageName[] = "README.html";

// What kind of file a name is of; empty: none that belongs into an archive.
enum class Kind { kNone, kRecords, kProof, kCheckpoint, kPart, kPage };
Kind KindOf(absl::string_view name);
std::string PartName(absl::string_view digest);
std::string CheckpointName(uint64_t size);
std::string ProofName(int n);  // Of the n-th file of hashes, from 0.

class Writer {
 public:
  // As ZipWriter::Create.
  static absl::StatusOr<std::unique_ptr<Writer>> Create(
      const std::string& path);

  // In ascending order.
  absl::Status AddRecord(uint64_t index, absl::string_view record);
  // The proof's hashes, in order.
  absl::Status AddHash(const journal::Hash& hash);
  absl::Status AddCheckpoint(uint64_t size, absl::string_view note);
  absl::Status AddPart(absl::string_view digest, absl::string_view bytes);
  // What is left, the page, and the manifest with the files filled in.
  absl::Status Finish(absl::string_view page, Manifest manifest);

 private:
  explicit Writer(std::unique_ptr<ZipWriter> zip) : zip_(std::move(zip)) {}
  absl::Status Add(const std::string& name, absl::string_view bytes);
  absl::Status EndRecords();
  absl::Status EndHashes();

  std::unique_ptr<ZipWriter> zip_;
  std::vector<File> files_;
  std::string records_, hashes_;  // Of the file that fills.
  uint64_t first_record_ = 0;
  int proofs_ = 0;  // Files of hashes.
};

class Reader {
 public:
  // NotFound for no file; DataLoss for what is no archive or a damaged one.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(const std::string& path);

  const Manifest& manifest() const { return manifest_; }

  // The contents, which are those of the manifest, or DataLoss. `at`: of
  // manifest().files.
  absl::StatusOr<std::string> Read(size_t at) const;
  // NotFound for a file that is not in it.
  absl::StatusOr<std::string> Read(absl::string_view name) const;

  // The records in order, until `visit` is not OK. DataLoss where they do not
  // ascend. Notes where they lie, 24 bytes for every 16 of them.
  using Visit =
      std::function<absl::Status(uint64_t index, absl::string_view record)>;
  absl::Status EachRecord(const Visit& visit);
  // One that EachRecord has passed, whose file it found to be the manifest's;
  // NotFound for others.
  absl::StatusOr<std::string> ReadRecord(uint64_t index) const;

 private:
  // Where a record lies.
  struct Place {
    uint64_t index;
    size_t file;  // Of the manifest's.
    uint64_t at;
  };

  std::unique_ptr<ZipReader> zip_;
  Manifest manifest_;
  std::vector<Place> places_;  // Ascending.
};

// The hashes of an archive's proof, one after another.
class ProofReader {
 public:
  explicit ProofReader(const Reader& reader) : reader_(reader) {}
  // DataLoss at the end, or where a file does not hold whole hashes.
  absl::StatusOr<journal::Hash> Next();
  bool AtEnd();

 private:
  absl::Status Fill();

  const Reader& reader_;
  size_t next_ = 0;    // Of the manifest's files.
  std::string bytes_;  // Of the file being read, from at_ on.
  size_t at_ = 0;
};

}  // namespace tongguan::archive

#endif  // TONGGUAN_GATEWAY_ARCHIVE_ARCHIVE_H_
