// The form that every policy message must have, whatever it is about.
#ifndef TONGGUAN_GATEWAY_POLICY_FORM_H_
#define TONGGUAN_GATEWAY_POLICY_FORM_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace tongguan::policy {

// InvalidArgument "place: message. mend." Places are built by the callers.
absl::Status Refuse(absl::string_view place, absl::string_view message);

// The text in quotes for a message, cut and escaped where it must be.
std::string Quote(absl::string_view text);

// An entry of the registry, such as filing "F-1": put into words only when it
// is refused, since a registry may hold a million.
struct Entry {
  absl::string_view what;
  absl::string_view id;
  // "registry filing "F-1"", and what is named of it, such as ".scope".
  std::string Text(absl::string_view below = "") const;
};

// Whether the bytes are well-formed UTF-8 (RFC 3629) without NUL.
bool IsText(absl::string_view bytes);

// Refuses, below `place`, fields and enum values that this build does not know,
// strings that are not text, and values left unspecified: all but those of
// ThresholdCounter, RowMechanism, RowItems, SpecialRegime and Extension, where
// that has a meaning.
absl::Status CheckForm(absl::string_view place,
                       const google::protobuf::Message& message);

// Refuses unless `text` is an identifier; `empty_too` admits "".
absl::Status CheckIdentifier(absl::string_view place, absl::string_view text,
                             bool empty_too = false);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_FORM_H_
