#include "gateway/policy/parts.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/wire.h"
#include "gateway/policy/form.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace tongguan::policy {
namespace {

constexpr char kManifestTitle[] = "tongguan policy manifest v1\n";

using google::protobuf::Message;
using google::protobuf::RepeatedPtrField;

constexpr char kGroups[] = "registry/groups";
constexpr char kRestricted[] = "registry/restricted";

// Sorts entries by the string that `key` reads of one.
template <typename Entry, typename Key>
void SortBy(RepeatedPtrField<Entry>* entries, Key key) {
  std::sort(
      entries->pointer_begin(), entries->pointer_end(),
      [key](const Entry* a, const Entry* b) { return key(*a) < key(*b); });
}

// Reads the id of an entry.
constexpr auto kId = [](const auto& entry) -> const std::string& {
  return entry.id();
};

// No message of the policy has a map field; the setting guards a later one.
std::string Canonical(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// The first field of an entry, its id, in the entry's canonical bytes. No entry
// without one is sound.
absl::string_view IdOf(absl::string_view entry) {
  // A tag of one byte, the length as a varint, the bytes.
  size_t length = 0, at = 1;
  for (int shift = 0; at < entry.size(); shift += 7) {
    const auto byte = static_cast<uint8_t>(entry[at++]);
    length |= size_t{byte & 0x7fu} << shift;
    if (byte < 0x80) break;
  }
  return entry.substr(at, length);
}

std::string CanonicalList(const List& list) {
  v1::ListPart message;
  *message.mutable_head() = list.head;
  message.mutable_rows()->Assign(list.rows.begin(), list.rows.end());
  return Canonical(message);
}

absl::Status Parse(const Part& part, Message* message) {
  if (message->ParseFromString(part.bytes)) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("policy part ", Quote(part.name), ": not the bytes of a ",
                   message->GetTypeName(), ". Restore the ledger."));
}

absl::Status AddList(const Part& part, Source* source) {
  v1::ListPart message;
  const absl::Status parsed = Parse(part, &message);
  if (!parsed.ok()) return parsed;
  List& list = source->lists.emplace_back();
  list.head = std::move(*message.mutable_head());
  list.rows.assign(std::make_move_iterator(message.mutable_rows()->begin()),
                   std::make_move_iterator(message.mutable_rows()->end()));
  return absl::OkStatus();
}

absl::Status AddPart(const Part& part, Source* source) {
  if (part.name == "regime") return Parse(part, &source->regime);
  if (part.name == "calendar") return Parse(part, &source->calendar);
  if (part.name == "taxonomy") return Parse(part, &source->taxonomy);
  if (absl::StartsWith(part.name, "lists/")) return AddList(part, source);
  if (absl::StartsWith(part.name, "registry/")) {
    return Parse(part, &source->registry.emplace_back());
  }
  return absl::DataLossError(absl::StrCat("policy part ", Quote(part.name),
                                          ": no such part. Use the version "
                                          "that wrote it."));
}

}  // namespace

void Normalize(Source* source) {
  SortBy(source->regime.mutable_contract_activities(), kId);
  SortBy(source->regime.mutable_certification_bodies(), kId);
  auto* cities = source->regime.mutable_gba_cities();
  std::sort(cities->pointer_begin(), cities->pointer_end(),
            [](const auto* a, const auto* b) { return *a < *b; });
  SortBy(source->taxonomy.mutable_sensitive_kinds(), kId);
  SortBy(source->taxonomy.mutable_categories(), kId);
  SortBy(source->taxonomy.mutable_detectors(), kId);
  std::sort(source->lists.begin(), source->lists.end(),
            [](const List& a, const List& b) {
              return std::tie(a.head.id(), a.head.edition()) <
                     std::tie(b.head.id(), b.head.edition());
            });
  for (List& list : source->lists) {
    std::sort(list.rows.begin(), list.rows.end(),
              [](const auto& a, const auto& b) { return a.id() < b.id(); });
  }
}

Parts::Parts() {
  google::protobuf::ArenaOptions options;
  options.max_block_size = 1 << 20;
  memory_ = std::make_unique<google::protobuf::Arena>(options);
}

void Parts::Add(const Source& source) {
  parts_["calendar"].bytes = Canonical(source.calendar);
  parts_["regime"].bytes = Canonical(source.regime);
  parts_["taxonomy"].bytes = Canonical(source.taxonomy);
  for (const List& list : source.lists) {
    parts_[absl::StrCat("lists/", list.head.id(), "/", list.head.edition())]
        .bytes = CanonicalList(list);
  }
}

void Parts::Add(const v1::RegistryShard& shard) {
  using Shard = v1::RegistryShard;
  for (const auto& enterprise : shard.enterprises()) {
    Put(Shard::kEnterprisesFieldNumber, enterprise, PartOf(enterprise.uscc()));
  }
  for (const auto& filing : shard.filings()) {
    Put(Shard::kFilingsFieldNumber, filing, PartOf(filing.exporter()));
  }
  for (const auto& registration : shard.registrations()) {
    Put(Shard::kRegistrationsFieldNumber, registration,
        PartOf(registration.exporter()));
  }
  for (const auto& filing : shard.list_filings()) {
    Put(Shard::kListFilingsFieldNumber, filing, PartOf(filing.exporter()));
  }
  for (const auto& group : shard.groups()) {
    Put(Shard::kGroupsFieldNumber, group, &parts_[kGroups]);
  }
  for (const auto& entry : shard.restricted()) {
    Put(Shard::kRestrictedFieldNumber, entry, &parts_[kRestricted]);
  }
}

// Entries of an exporter mostly follow each other.
Parts::Content* Parts::PartOf(const std::string& exporter) {
  if (last_part_ == nullptr || exporter != last_exporter_) {
    const std::string hash = DigestHex(Sha256(exporter));
    last_exporter_ = exporter;
    last_part_ = &parts_[absl::StrCat("registry/", hash.substr(0, 2))];
  }
  return last_part_;
}

// No message of the registry has a map field, whose order could vary.
void Parts::Put(int field, const Message& message, Content* part) {
  const size_t size = message.ByteSizeLong();
  char* const bytes =
      google::protobuf::Arena::CreateArray<char>(memory_.get(), size);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes));
  part->entries[field].push_back({bytes, size});
}

v1::PolicyManifest Parts::Finish() {
  const auto before = [](absl::string_view a, absl::string_view b) {
    return IdOf(a) < IdOf(b);
  };
  for (auto& [name, part] : parts_) {
    for (auto& [field, entries] : part.entries) {
      // Files are mostly in order already.
      if (std::is_sorted(entries.begin(), entries.end(), before)) continue;
      std::sort(entries.begin(), entries.end(), before);
    }
  }
  v1::PolicyManifest manifest;
  ForEach([&](absl::string_view name, std::string* bytes) {
    v1::PolicyPart* part = manifest.add_parts();
    part->set_name(std::string(name));
    part->set_digest(DigestBytes(Sha256(*bytes)));
    part->set_length(bytes->size());
    return absl::OkStatus();
  }).IgnoreError();
  return manifest;
}

absl::Status Parts::ForEach(const Take& take) const {
  std::string together;
  for (const auto& [name, part] : parts_) {
    together = part.bytes;
    for (const auto& [field, entries] : part.entries) {
      for (const absl::string_view entry : entries) {
        AppendField(field, entry, &together);
      }
    }
    TG_RETURN_IF_ERROR(take(name, &together));
  }
  return absl::OkStatus();
}

std::string ManifestText(const v1::PolicyManifest& manifest) {
  std::string text = kManifestTitle;
  for (const v1::PolicyPart& part : manifest.parts()) {
    absl::StrAppend(&text, absl::BytesToHexString(part.digest()), " ",
                    part.length(), " ", part.name(), "\n");
  }
  return text;
}

absl::StatusOr<v1::PolicyManifest> ParseManifest(absl::string_view text) {
  v1::PolicyManifest manifest;
  absl::string_view rest = text;
  absl::ConsumePrefix(&rest, kManifestTitle);
  for (absl::string_view line : absl::StrSplit(rest, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields =
        absl::StrSplit(line, absl::MaxSplits(' ', 2));
    uint64_t length = 0;
    if (fields.size() != 3 || !absl::SimpleAtoi(fields[1], &length)) break;
    v1::PolicyPart* part = manifest.add_parts();
    part->set_digest(absl::HexStringToBytes(fields[0]));
    part->set_length(length);
    part->set_name(fields[2]);
  }
  if (ManifestText(manifest) == text) return manifest;
  return absl::InvalidArgumentError("not the text of a policy's manifest");
}

absl::StatusOr<Source> SourceFromParts(const std::vector<Part>& parts) {
  Source source;
  for (const Part& part : parts) {
    const absl::Status added = AddPart(part, &source);
    if (!added.ok()) return added;
  }
  return source;
}

}  // namespace tongguan::policy
