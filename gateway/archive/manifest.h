// What an archive says of itself: which records it was asked for, under which
// head they are proven, and length and SHA-256 of every other file in it. Text
// in one form: SPEC.md, section 8.
#ifndef TONGGUAN_GATEWAY_ARCHIVE_MANIFEST_H_
#define TONGGUAN_GATEWAY_ARCHIVE_MANIFEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/journal/checkpoint.h"

namespace tongguan::archive {

// Which records were asked for. What else is in the archive proves these.
struct Selection {
  std::string since;     // First Beijing date, "YYYY-MM-DD"; empty: from the
                         // first record on.
  std::string until;     // Last one; empty: up to the head.
  std::string exporter;  // USCC; empty: records of all, and the log's own.
};

struct File {
  std::string digest;  // SHA-256; 32 bytes.
  uint64_t length = 0;
  std::string name;
};

struct Manifest {
  journal::Checkpoint head;
  Selection selection;
  uint64_t records = 0;  // Those asked for.
  std::vector<File> files;
};

std::string FormatManifest(const Manifest& manifest);

// InvalidArgument for any text that FormatManifest does not write.
absl::StatusOr<Manifest> ParseManifest(absl::string_view text);

}  // namespace tongguan::archive

#endif  // TONGGUAN_GATEWAY_ARCHIVE_MANIFEST_H_
