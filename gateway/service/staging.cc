#include "gateway/service/staging.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

int64_t PeopleOf(const StagedSet& set) {
  return people::CountOf(set.persons) + people::CountOf(set.sensitive_persons);
}

}  // namespace

absl::Status Staging::Upload::Add(const v1::StagePeopleRequest& part,
                                  absl::Time now) {
  if (part.has_head() == has_head_) {
    return text::Refuse(
        absl::StatusCode::kInvalidArgument, "head",
        has_head_ ? "wrong.stage_head_twice" : "wrong.stage_no_head");
  }
  switch (part.part_case()) {
    case v1::StagePeopleRequest::kHead:
      has_head_ = true;
      set_.exporter = part.head().exporter();
      set_.key_id = part.head().key_id();
      return absl::OkStatus();
    case v1::StagePeopleRequest::kPersons:
      return AddTo(&set_.persons, part.persons(), "persons", now);
    case v1::StagePeopleRequest::kSensitivePersons:
      return AddTo(&set_.sensitive_persons, part.sensitive_persons(),
                   "sensitive_persons", now);
    case v1::StagePeopleRequest::PART_NOT_SET:
      break;
  }
  return text::Refuse(absl::StatusCode::kInvalidArgument, "part",
                      "wrong.stage_no_head");
}

absl::Status Staging::Upload::AddTo(std::string* set, absl::string_view part,
                                    const char* field, absl::Time now) {
  absl::Status form = people::CheckSet(part);
  const size_t size = people::kPseudonymSize;
  if (form.ok() && !set->empty() && !part.empty() &&
      part.substr(0, size) <=
          absl::string_view(*set).substr(set->size() - size)) {
    form = absl::InvalidArgumentError(
        "pseudonym 0 does not come after the part before. Sort all of them "
        "ascending, each once.");
  }
  if (!form.ok()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, field,
                        "wrong.people_set", {std::string(form.message())});
  }
  TG_RETURN_IF_ERROR(
      staging_->TakeRoom(set_.exporter, people::CountOf(part), now));
  people_ += people::CountOf(part);
  set->append(part.data(), part.size());
  return absl::OkStatus();
}

absl::Status Staging::TakeRoom(const std::string& exporter, int64_t people,
                               absl::Time now) {
  const int64_t share = most_people_ / 2;
  if (people_ + people > most_people_ ||
      people_of_[exporter] + people > share) {
    DropExpired(now);
  }
  int64_t& of_exporter = people_of_[exporter];
  if (of_exporter + people > share) {
    return text::Refuse(absl::StatusCode::kResourceExhausted, "",
                        "wrong.stage_share", {absl::StrCat(share)});
  }
  if (people_ + people > most_people_) {
    return text::Refuse(absl::StatusCode::kResourceExhausted, "",
                        "wrong.stage_full", {absl::StrCat(most_people_)});
  }
  people_ += people;
  of_exporter += people;
  return absl::OkStatus();
}

void Staging::GiveRoom(const std::string& exporter, int64_t people) {
  const auto it = people_of_.find(exporter);
  if (it == people_of_.end()) return;
  people_ -= people;
  it->second -= people;
  if (it->second == 0) people_of_.erase(it);
}

void Staging::DropExpired(absl::Time now) {
  for (auto it = sets_.begin(); it != sets_.end();) {
    const auto set = it++;
    if (set->second.set->expires > now) continue;
    GiveRoom(set->second.set->exporter, PeopleOf(*set->second.set));
    sets_.erase(set);
  }
}

absl::StatusOr<std::string> Staging::Keep(Upload* upload, absl::Time now) {
  if (!upload->has_head_ || upload->people_ == 0) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "persons",
                        "wrong.stage_nobody");
  }
  StagedSet set = std::move(upload->set_);
  upload->people_ = 0;  // Its room is the set's now.
  set.expires = now + kKept;
  const std::string digest = DigestBytes(people::SetDigest(set.sets()));
  Release(digest, set.exporter);  // Staged again: it lives anew.
  set.digest = digest;
  const Key key(set.exporter, digest);
  sets_[key] = {std::make_shared<const StagedSet>(std::move(set)), {}, 0};
  return digest;
}

SharedSet Staging::Find(const std::string& digest, const std::string& exporter,
                        absl::Time now) {
  DropExpired(now);
  const auto it = sets_.find(Key(exporter, digest));
  return it == sets_.end() ? nullptr : it->second.set;
}

void Staging::Release(const std::string& digest, const std::string& exporter) {
  const auto it = sets_.find(Key(exporter, digest));
  if (it == sets_.end()) return;
  GiveRoom(exporter, PeopleOf(*it->second.set));
  sets_.erase(it);
}

Staging::Kept* Staging::FindKept(const StagedSet& set) {
  const auto it = sets_.find(Key(set.exporter, set.digest));
  const bool same = it != sets_.end() && it->second.set.get() == &set;
  return same ? &it->second : nullptr;
}

absl::Status Staging::Begin(const std::vector<SharedSet>& sets,
                            const std::string& request_id) {
  for (const SharedSet& set : sets) {
    const Kept* const kept = FindKept(*set);
    if (kept == nullptr || kept->uses == 0 || kept->request_id == request_id) {
      continue;
    }
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "people.staged",
                        "wrong.staged_used", {kept->request_id});
  }
  for (const SharedSet& set : sets) {
    Kept* const kept = FindKept(*set);
    if (kept == nullptr) continue;
    kept->request_id = request_id;
    ++kept->uses;
  }
  return absl::OkStatus();
}

void Staging::End(const std::vector<SharedSet>& sets, bool recorded) {
  for (const SharedSet& set : sets) {
    Kept* const kept = FindKept(*set);
    if (kept == nullptr) continue;
    --kept->uses;
    if (recorded) Release(set->digest, set->exporter);
  }
}

}  // namespace tongguan::service
