#include "gateway/policy/parts.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/sha256.h"
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

// The shard of an exporter: the first byte of SHA-256(uscc), in hex.
std::string ShardName(const std::string& uscc) {
  return absl::StrCat("registry/", DigestHex(Sha256(uscc)).substr(0, 2));
}

using Shards = std::map<std::string, v1::RegistryShard>;

void Divide(v1::RegistryShard* from, Shards* shards) {
  for (auto& enterprise : *from->mutable_enterprises()) {
    v1::RegistryShard& shard = (*shards)[ShardName(enterprise.uscc())];
    *shard.add_enterprises() = std::move(enterprise);
  }
  for (auto& filing : *from->mutable_filings()) {
    v1::RegistryShard& shard = (*shards)[ShardName(filing.exporter())];
    *shard.add_filings() = std::move(filing);
  }
  for (auto& registration : *from->mutable_registrations()) {
    v1::RegistryShard& shard = (*shards)[ShardName(registration.exporter())];
    *shard.add_registrations() = std::move(registration);
  }
  for (auto& filing : *from->mutable_list_filings()) {
    v1::RegistryShard& shard = (*shards)[ShardName(filing.exporter())];
    *shard.add_list_filings() = std::move(filing);
  }
  for (auto& group : *from->mutable_groups()) {
    *(*shards)[kGroups].add_groups() = std::move(group);
  }
  for (auto& entry : *from->mutable_restricted()) {
    *(*shards)[kRestricted].add_restricted() = std::move(entry);
  }
}

void Sort(v1::RegistryShard* shard) {
  SortBy(shard->mutable_enterprises(),
         [](const auto& e) -> const std::string& { return e.uscc(); });
  SortBy(shard->mutable_filings(), kId);
  SortBy(shard->mutable_registrations(), kId);
  SortBy(shard->mutable_list_filings(), kId);
  SortBy(shard->mutable_groups(), kId);
  SortBy(shard->mutable_restricted(), [](const auto& r) -> const std::string& {
    return r.organization_id();
  });
}

void NormalizeRegistry(std::vector<v1::RegistryShard>* registry) {
  Shards shards;
  for (v1::RegistryShard& shard : *registry) {
    Divide(&shard, &shards);
    shard.Clear();
  }
  registry->clear();
  for (auto& [name, shard] : shards) {
    Sort(&shard);
    registry->push_back(std::move(shard));
  }
}

// The part's name of a normalized shard.
std::string NameOf(const v1::RegistryShard& shard) {
  if (shard.groups_size() > 0) return kGroups;
  if (shard.restricted_size() > 0) return kRestricted;
  if (shard.enterprises_size() > 0)
    return ShardName(shard.enterprises(0).uscc());
  if (shard.filings_size() > 0) return ShardName(shard.filings(0).exporter());
  if (shard.registrations_size() > 0) {
    return ShardName(shard.registrations(0).exporter());
  }
  return ShardName(shard.list_filings(0).exporter());
}

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

Part MakeListPart(const List& list) {
  v1::ListPart message;
  *message.mutable_head() = list.head;
  message.mutable_rows()->Assign(list.rows.begin(), list.rows.end());
  return {absl::StrCat("lists/", list.head.id(), "/", list.head.edition()),
          Canonical(message)};
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
  NormalizeRegistry(&source->registry);
}

std::vector<Part> MakeParts(const Source& source) {
  std::vector<Part> parts;
  parts.push_back({"regime", Canonical(source.regime)});
  parts.push_back({"calendar", Canonical(source.calendar)});
  parts.push_back({"taxonomy", Canonical(source.taxonomy)});
  for (const List& list : source.lists) parts.push_back(MakeListPart(list));
  for (const v1::RegistryShard& shard : source.registry) {
    parts.push_back({NameOf(shard), Canonical(shard)});
  }
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.name < b.name; });
  return parts;
}

v1::PolicyManifest MakeManifest(const std::vector<Part>& parts) {
  v1::PolicyManifest manifest;
  for (const Part& part : parts) {
    v1::PolicyPart* entry = manifest.add_parts();
    entry->set_name(part.name);
    entry->set_digest(DigestBytes(Sha256(part.bytes)));
    entry->set_length(part.bytes.size());
  }
  return manifest;
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
