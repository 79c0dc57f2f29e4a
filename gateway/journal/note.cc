#include "gateway/journal/note.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::journal {
namespace {

constexpr size_t kMaxNote = 64 << 10;
constexpr size_t kMaxSignatures = 64;
constexpr char kDash[] = "\xe2\x80\x94 ";  // U+2014, space.

std::string Copy(absl::string_view bytes) {
  return std::string(bytes.data(), bytes.size());
}

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not a signed note: ", why));
}

absl::StatusOr<NoteSignature> ParseSignature(absl::string_view line) {
  if (!absl::StartsWith(line, kDash)) return Bad("a signature has no dash");
  line.remove_prefix(sizeof(kDash) - 1);
  const size_t space = line.find(' ');
  if (space == absl::string_view::npos) return Bad("a signature has no name");
  const absl::string_view name = line.substr(0, space);
  const absl::string_view coded = line.substr(space + 1);
  TG_RETURN_IF_ERROR(CheckOrigin(name));
  std::string bytes;
  if (!absl::Base64Unescape(coded, &bytes) ||
      absl::Base64Escape(bytes) != coded) {
    return Bad("a signature is not in base64");
  }
  if (bytes.size() < 5) return Bad("a signature is too short");
  return NoteSignature{Copy(name), bytes.substr(0, 4), bytes.substr(4)};
}

}  // namespace

std::string FormatNote(const Note& note) {
  std::string out = absl::StrCat(note.text, "\n");
  for (const NoteSignature& signature : note.signatures) {
    absl::StrAppend(
        &out, kDash, signature.name, " ",
        absl::Base64Escape(absl::StrCat(signature.id, signature.signature)),
        "\n");
  }
  return out;
}

absl::StatusOr<Note> ParseNote(absl::string_view bytes) {
  if (bytes.size() > kMaxNote) return Bad("longer than 64 KiB");
  const size_t blank = bytes.rfind("\n\n");
  if (blank == absl::string_view::npos) return Bad("no blank line");
  Note note;
  note.text = Copy(bytes.substr(0, blank + 1));
  if (!std::all_of(note.text.begin(), note.text.end(), [](char c) {
        return c == '\n' || absl::ascii_isprint(c);
      })) {
    return Bad("a character that is not printable ASCII");
  }
  absl::string_view rest = bytes.substr(blank + 2);
  if (rest.empty()) return Bad("no signature");
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    if (end == absl::string_view::npos) return Bad("the last line has no end");
    if (note.signatures.size() == kMaxSignatures) {
      return Bad("more than 64 signatures");
    }
    TG_ASSIGN_OR_RETURN(NoteSignature signature,
                        ParseSignature(rest.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return note;
}

absl::Status VerifyNote(const Note& note, const PublicKey& key) {
  bool found = false;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.name != key.name() || signature.id != key.id()) continue;
    if (!key.Verify(note.text, signature.signature)) {
      return absl::DataLossError(
          absl::StrCat("the signature of ", key.ToString(), " is not its own"));
    }
    found = true;
  }
  if (found) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("no signature of ", key.ToString()));
}

}  // namespace tongguan::journal
