// A policy as content-addressed parts: the canonical bytes that its digest is
// taken over and that the ledger keeps. README.md defines both.
#ifndef TONGGUAN_GATEWAY_POLICY_PARTS_H_
#define TONGGUAN_GATEWAY_POLICY_PARTS_H_

#include <string>
#include <vector>

#include "gateway/policy/snapshot.h"

namespace tongguan::policy {

// Puts into order whatever's order says nothing, and divides the registry into
// one shard a part: by exporter, the groups, the restricted recipients. The
// same policy in files of any number and order becomes the same source.
void Normalize(Source* source);

// The parts of a normalized source, sorted by name.
std::vector<Part> MakeParts(const Source& source);

// The manifest of sorted parts; its canonical text, whose SHA-256 is the
// policy's digest; and the text read again (InvalidArgument for any other).
v1::PolicyManifest MakeManifest(const std::vector<Part>& parts);
std::string ManifestText(const v1::PolicyManifest& manifest);
absl::StatusOr<v1::PolicyManifest> ParseManifest(absl::string_view text);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_PARTS_H_
