// C2SP signed-note: a text and lines of signatures. Stricter than the standard
// in one way: names are ASCII, as everything a log of ours writes.
#ifndef TONGGUAN_GATEWAY_JOURNAL_NOTE_H_
#define TONGGUAN_GATEWAY_JOURNAL_NOTE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/journal/key.h"

namespace tongguan::journal {

struct NoteSignature {
  std::string name;
  std::string id;         // 4 bytes.
  std::string signature;  // What the key made.
};

struct Note {
  std::string text;  // Ends in a newline.
  std::vector<NoteSignature> signatures;
};

// The bytes of a note; its text is one that ParseNote would return.
std::string FormatNote(const Note& note);

// InvalidArgument for anything that is not exactly a note of at most 64 KiB
// and 1 to 64 signatures. Nothing is verified.
absl::StatusOr<Note> ParseNote(absl::string_view bytes);

// OK when `key` signed the note. NotFound when none of the signatures is its
// own; DataLoss when one that says so is not.
absl::Status VerifyNote(const Note& note, const PublicKey& key);

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_NOTE_H_
