#include "gateway/service/flow_people.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

constexpr size_t kSize = people::kPseudonymSize;

const char* Class(bool sensitive) {
  return sensitive ? "/sensitive" : "/ordinary";
}

const char* Name(ledger::Account account) {
  switch (account) {
    case ledger::Account::kExempt:
      return "/exempt";
    case ledger::Account::kListExempt:
      return "/list_exempt";
    case ledger::Account::kGba:
      return "/gba";
    case ledger::Account::kCounted:
      break;
  }
  return "/counted";
}

// Walks through two sets in order; `visit` is told who is in which.
template <typename Visit>
void Walk(absl::string_view a, absl::string_view b, Visit visit) {
  while (!a.empty() || !b.empty()) {
    const int order = a.empty()   ? 1
                      : b.empty() ? -1
                                  : std::memcmp(a.data(), b.data(), kSize);
    visit(order <= 0 ? a.data() : b.data(), order <= 0, order >= 0);
    if (order <= 0) a.remove_prefix(kSize);
    if (order >= 0) b.remove_prefix(kSize);
  }
}

}  // namespace

std::string Union(absl::string_view a, absl::string_view b) {
  std::string both;
  both.reserve(a.size() + b.size());
  Walk(a, b,
       [&both](const char* person, bool, bool) { both.append(person, kSize); });
  return both;
}

std::string Without(absl::string_view a, absl::string_view b) {
  std::string rest;
  Walk(a, b, [&rest](const char* person, bool in_a, bool in_b) {
    if (in_a && !in_b) rest.append(person, kSize);
  });
  return rest;
}

std::unique_ptr<ExactPeople> TakePeople(const v1::People& people,
                                        const std::string& exporter,
                                        bool all_sensitive, Staging* staging,
                                        absl::Time now) {
  auto exact = std::make_unique<ExactPeople>();
  if (people.has_exact()) {
    const v1::PseudonymSet& set = people.exact();
    exact->sets = {set.key_id(), set.persons(), set.sensitive_persons()};
  } else if (people.has_staged()) {
    exact->staged = staging->Find(people.staged().digest(), exporter, now);
    if (exact->staged == nullptr) {
      exact->refusal = text::Refuse(absl::StatusCode::kFailedPrecondition,
                                    "people.staged", "wrong.staged_gone");
      return exact;
    }
    exact->sets = exact->staged->sets();
  } else {
    return nullptr;
  }
  exact->persons = exact->sets.persons;
  exact->sensitive = exact->sets.sensitive_persons;
  if (all_sensitive) {
    exact->joined = Union(exact->persons, exact->sensitive);
    exact->persons = {};
    exact->sensitive = exact->joined;
  }
  return exact;
}

v1::CountedPeople ToCounted(const ExactPeople& people) {
  v1::CountedPeople counted;
  counted.set_key_id(std::string(people.sets.key_id));
  counted.set_persons(people::CountOf(people.sets.persons));
  counted.set_sensitive_persons(people::CountOf(people.sets.sensitive_persons));
  counted.set_new_persons(people::CountOf(people.persons));
  counted.set_new_sensitive_persons(people::CountOf(people.sensitive));
  return counted;
}

ledger::SetKey TallySet(const std::string& exporter, ledger::Account account,
                        bool sensitive, int32_t year) {
  return {absl::StrCat(exporter, Name(account), Class(sensitive)), year};
}

ledger::SetKey RouteSet(const std::string& scope, const v1::Flow& flow,
                        bool sensitive, int32_t year) {
  return {absl::StrCat(scope, "/to/", flow.recipient().organization_id(), "/",
                       flow.scenario(), Class(sensitive)),
          year};
}

ledger::SetKey ReturnedSet(uint64_t index, bool sensitive, int32_t year) {
  return {absl::StrCat("returned/", index, Class(sensitive)), year};
}

}  // namespace tongguan::service
