// Enterprises and what they have on file. Immutable, thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_REGISTRY_H_
#define TONGGUAN_GATEWAY_POLICY_REGISTRY_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/beijing.h"
#include "gateway/policy/strings.h"
#include "proto/tongguan/v1/registry.pb.h"

namespace tongguan::policy {

// What a filing covers, in the words of v1::FilingScope. Words recur from
// filing to filing: the registry keeps each once.
class FilingScope {
 public:
  using Words = Strings::Words;

  FilingScope() = default;
  FilingScope(const v1::FilingScope& source, Strings* strings);

  Words recipients() const { return Field(0); }
  Words purposes() const { return Field(1); }
  Words scenarios() const { return Field(2); }
  Words categories() const { return Field(3); }
  Words items() const { return Field(4); }
  Words onward() const { return Field(5); }

 private:
  static constexpr size_t kFields = 6;
  Words Field(size_t field) const {
    const uint32_t begin = field == 0 ? 0 : ends_[field - 1];
    return {words_ + begin, ends_[field] - begin};
  }
  const std::string* const* words_ = nullptr;  // Field by field.
  std::array<uint32_t, kFields> ends_{};       // Where each field ends.
};

// Of a filing what decisions and standings need, its dates worked out: a
// registry may hold a million. What it points to, the registry keeps.
struct Filing {
  absl::string_view id;
  v1::FilingKind kind = v1::FILING_KIND_UNSPECIFIED;
  v1::FilingStatus status = v1::FILING_STATUS_UNSPECIFIED;
  FilingScope scope;
  int64_t approved_people = 0;
  const std::string* body = nullptr;  // Id of the certification body, or "".
  bool states_no_number = false;
  bool window_in_calendar = true;  // The window was counted on loaded days.
  Day first_day = kNoDay;          // First day it can cover; kNoDay: never.
  Day last_day = kNoDay;           // Last valid day, inclusive.
  Day filed = kNoDay;  // Contracts: day of filing; kNoDay: not filed.
  Day last_day_to_file = kNoDay;  // Contracts: end of the filing window.
};

struct GreenChannel {
  v1::GreenChannelRegistration source;
  Day granted = 0;
  Day valid_to = 0;
};

struct ListFiling {
  v1::ListFiling source;
  Day filed = 0;
  Day valid_to = kNoDay;
};

// A key of pseudonyms that an exporter may use.
struct PseudonymKey {
  std::string id;
  Day valid_from = 0;
  Day valid_to = kNoDay;  // Inclusive.
  bool shared = false;    // The members of the exporter's group share it.
};

// A body that may ask for an exporter, both days inclusive.
struct Delegation {
  const std::string* delegate = nullptr;  // USCC.
  Day valid_from = 0;
  Day valid_to = 0;
};

// Of an enterprise what decisions need, and all that the registry holds about
// it.
struct Exporter {
  absl::string_view uscc;
  v1::Fact ciio = v1::FACT_UNSPECIFIED;
  v1::Fact gba_registered = v1::FACT_UNSPECIFIED;
  v1::Fact foreign_invested = v1::FACT_UNSPECIFIED;
  bool demonstration = false;
  const std::string* region = nullptr;
  uint32_t areas = 0;  // Which of Registry::areas().
  std::vector<Delegation> delegations;
  std::vector<Filing> filings;              // By kind, then id.
  std::vector<GreenChannel> registrations;  // By id, as the next.
  std::vector<ListFiling> list_filings;
  const v1::Group* group = nullptr;  // Or none.
  std::vector<PseudonymKey> keys;    // Its own, then its group's.
  // Other members of its group, whose N is added; else empty.
  std::vector<std::string> siblings;
};

// What is needed from the regime to work dates out.
struct FilingPeriods {
  int contract_filing_working_days = 0;
  int assessment_years = 0;
  int certificate_years = 0;
  int extension_years = 0;
};

class Registry {
 public:
  class Builder;  // registry_builder.h

  // The exporter of a code, or null.
  const Exporter* Find(absl::string_view uscc) const;

  // Whether `delegate` may ask for `exporter` on that day; a registered
  // exporter may always ask for itself.
  bool MayAsk(absl::string_view delegate, absl::string_view exporter,
              Day day) const;

  // The key of pseudonyms `id` of the exporter or its group. InvalidArgument,
  // with the mend, unless there is one and that day lies in its validity.
  absl::StatusOr<const PseudonymKey*> FindKey(absl::string_view exporter,
                                              absl::string_view id,
                                              Day day) const;

  // The restricted-list entry in force that day of an organisation, by its id
  // or a name that is that id, however it is spelt (FoldName); or null.
  const v1::RestrictedRecipient* FindRestricted(absl::string_view organization,
                                                Day day) const;

  // The sets of areas that exporters have: region, its ancestors ("CN-GD-SZ",
  // "CN-GD", "CN"), zones. There are few.
  const std::vector<Strings::Words>& areas() const { return areas_; }

  // Numbers of what is held.
  size_t enterprises() const { return exporters_.size(); }
  size_t filings() const { return filings_; }

 private:
  Registry() = default;

  Strings strings_;  // What exporters and filings point to.
  absl::flat_hash_map<absl::string_view, std::unique_ptr<Exporter>> exporters_;
  std::vector<Strings::Words> areas_;
  std::vector<std::unique_ptr<v1::Group>> groups_;
  absl::flat_hash_map<std::string, std::pair<v1::RestrictedRecipient, Day>>
      restricted_;  // By folded organisation id.
  size_t filings_ = 0;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_REGISTRY_H_
