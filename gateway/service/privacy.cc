#include "gateway/service/privacy.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/policy/cards.h"
#include "gateway/policy/detectors.h"
#include "gateway/policy/inside_text.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

constexpr char kSomebodys[] = "wrong.somebodys";
// Of the taxonomy; named in refusals.
constexpr char kCard[] = "bank_account";

// How many bytes of each kind a text has, in 12 bits each: one addition a byte
// counts all of them.
using Counts = uint64_t;
constexpr int kBits = 12;
constexpr Counts kDigit = 1;
constexpr Counts kDash = kDigit << kBits;
constexpr Counts kDot = kDash << kBits;     // And '_'.
constexpr Counts kBeyond = kDot << kBits;   // Of another script.
constexpr Counts kSign = kBeyond << kBits;  // '@'; 0xEF: full-width forms.
constexpr size_t kMost = (1 << kBits) - 1;

constexpr std::array<Counts, 256> kCounts = [] {
  std::array<Counts, 256> counts{};
  for (size_t byte = '0'; byte <= '9'; ++byte) counts[byte] = kDigit;
  for (size_t byte = 0x80; byte < counts.size(); ++byte) counts[byte] = kBeyond;
  counts['-'] = kDash;
  counts['.'] = counts['_'] = kDot;
  counts['@'] = counts[0xEF] = kSign;
  return counts;
}();

// Of a text too long to be counted: the most of each.
Counts CountsOf(absl::string_view text) {
  if (text.size() > kMost) return ~Counts{0};
  Counts counts = 0;
  for (const char c : text) counts += kCounts[static_cast<uint8_t>(c)];
  return counts;
}
int Number(Counts counts, Counts kind) {
  return static_cast<int>(counts / kind % (kMost + 1));
}

// Of what the detectors find in any text nothing has fewer digits, but licence
// plates, which begin with an ideograph, and e-mail addresses. Most names have
// none, and are not looked at further.
constexpr int kFewestDigits = 4;
bool MayBeSomebodys(Counts counts) {
  const int digits = Number(counts, kDigit);
  return digits >= kFewestDigits || counts >= kSign ||
         (digits > 0 && counts >= kBeyond);
}

constexpr int kFewestOfCard = 13;

// Whether a card's number is in the text. Detectors find cards other than
// UnionPay's only in columns of cards, since Luhn holds of one number in ten.
bool HoldsCard(absl::string_view text) {
  int digits = 0;  // Since the last letter.
  for (const char c : text) {
    digits = absl::ascii_isdigit(c)   ? digits + 1
             : absl::ascii_isalpha(c) ? 0
                                      : digits;
    if (digits < kFewestOfCard) continue;
    bool found = false;
    policy::EachPart(text, [&](absl::string_view part) {
      found |= policy::IsIssuedCard(part);
    });
    return found;
  }
  return false;
}

// Detectors put numbers of up to five pieces together.
constexpr int kManyGaps = 5;

// Whether undressing the text may show more: what is told by its digits has 11
// of them. UUIDs have four '-'.
bool MayBeDressed(Counts counts) {
  constexpr int kFewestOfNumber = 11;
  return Number(counts, kDigit) >= kFewestOfNumber &&
         (Number(counts, kDot) > 0 || Number(counts, kDash) >= kManyGaps);
}

// Appends a number without its gaps where it is in many pieces, else with '-'
// for up to two dots: 139.168.10.123 is an address, 1.4.2.20261121 a version.
void Undress(absl::string_view number, std::string* plain) {
  constexpr int kMostDots = 2;
  const size_t begin = plain->size();
  absl::StrAppend(plain, number);
  const auto from = plain->begin() + static_cast<ptrdiff_t>(begin);
  const auto gap = [](char c) { return !absl::ascii_isdigit(c); };
  if (std::count_if(from, plain->end(), gap) >= kManyGaps) {
    plain->erase(std::remove_if(from, plain->end(), gap), plain->end());
  } else if (std::count(from, plain->end(), '.') <= kMostDots) {
    std::replace(from, plain->end(), '.', '-');
  }
}

// The text with all its numbers so: digits with '.', '-' and '_' between.
void UndressAll(absl::string_view text, std::string* plain) {
  constexpr char kDigits[] = "0123456789";
  plain->clear();
  while (true) {
    const size_t begin = std::min(text.find_first_of(kDigits), text.size());
    absl::StrAppend(plain, text.substr(0, begin));
    text.remove_prefix(begin);
    if (text.empty()) return;
    const size_t end = text.find_first_not_of("0123456789.-_");
    const size_t last = text.substr(0, end).find_last_of(kDigits) + 1;
    Undress(text.substr(0, last), plain);
    text.remove_prefix(last);
  }
}

// The category of persons' values that the text is or holds; empty: none.
absl::string_view Personal(absl::string_view text, Counts counts,
                           const policy::Watch& watch, std::string* scratch) {
  const v1::Category* category = watch.Find(text, scratch).category;
  if (category != nullptr &&
      (category->data_class() == v1::DATA_CLASS_PERSONAL ||
       category->data_class() == v1::DATA_CLASS_SENSITIVE)) {
    return category->id();
  }
  const bool digits = Number(counts, kDigit) >= kFewestOfCard;
  return digits && HoldsCard(text) ? kCard : "";
}

// The same of a name, in which a dot is a gap as '-' is: no name is a decimal
// number.
absl::string_view WhatOfSomebody(absl::string_view text, Counts counts,
                                 const policy::Taxonomy& taxonomy) {
  thread_local std::string scratch, plain;
  const policy::Watch& watch = taxonomy.detectors().For(nullptr);
  const absl::string_view found = Personal(text, counts, watch, &scratch);
  if (!found.empty() || !MayBeDressed(counts)) return found;
  UndressAll(text, &plain);
  return plain == text ? found : Personal(plain, counts, watch, &scratch);
}

absl::string_view WhatOfSomebody(absl::string_view text,
                                 const policy::Taxonomy& taxonomy) {
  const Counts counts = CountsOf(text);
  return MayBeSomebodys(counts) ? WhatOfSomebody(text, counts, taxonomy) : "";
}

class Names {
 public:
  Names(const policy::Taxonomy& taxonomy, const std::string& path,
        std::vector<v1::FieldViolation>* violations)
      : taxonomy_(taxonomy), path_(path), violations_(violations) {}

  void Check(absl::string_view field, absl::string_view text, int at = -1,
             absl::string_view part = "") {
    const Counts counts = CountsOf(text);
    if (MayBeSomebodys(counts)) Look(field, text, counts, at, part);
  }

 private:
  void Look(absl::string_view field, absl::string_view text, Counts counts,
            int at, absl::string_view part) {
    const absl::string_view category = WhatOfSomebody(text, counts, taxonomy_);
    if (category.empty()) return;
    v1::FieldViolation& violation = violations_->emplace_back();
    violation.set_field(
        at < 0 ? absl::StrCat(path_, ".", field)
               : absl::StrCat(path_, ".", field, "[", at, "]", part));
    violation.set_code(kSomebodys);
    violation.add_operands(std::string(category));
  }

  const policy::Taxonomy& taxonomy_;
  const std::string& path_;
  std::vector<v1::FieldViolation>* const violations_;
};

}  // namespace

void CheckNames(const v1::Flow& flow, const policy::Taxonomy& taxonomy,
                const std::string& path,
                std::vector<v1::FieldViolation>* violations) {
  Names names(taxonomy, path, violations);
  names.Check("request_id", flow.request_id());
  names.Check("system", flow.system());
  names.Check("sector", flow.sector());
  names.Check("scenario", flow.scenario());
  names.Check("activity_area", flow.activity_area());
  const v1::Recipient& recipient = flow.recipient();
  names.Check("recipient.organization_id", recipient.organization_id());
  names.Check("recipient.name", recipient.name());
  for (int i = 0; i < recipient.onward_size(); ++i) {
    names.Check("recipient.onward", recipient.onward(i).organization_id(), i,
                ".organization_id");
  }
  for (int i = 0; i < flow.items_size(); ++i) {
    names.Check("items", flow.items(i).name(), i, ".name");
    names.Check("items", flow.items(i).category(), i, ".category");
    names.Check("items", flow.items(i).override_reason(), i,
                ".override_reason");
  }
  names.Check("purpose.contract_necessity.activity",
              flow.purpose().contract_necessity().activity());
  names.Check("duties.pipia_reference", flow.duties().pipia_reference());
  for (int i = 0; i < flow.conditions_size(); ++i) {
    names.Check("conditions", flow.conditions(i).condition(), i, ".condition");
  }
  names.Check("people.exact.key_id", flow.people().exact().key_id());
}

absl::Status CheckName(absl::string_view field, absl::string_view text,
                       const policy::Taxonomy& taxonomy) {
  const absl::string_view category = WhatOfSomebody(text, taxonomy);
  if (category.empty()) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, field, kSomebodys,
                      {std::string(category)});
}

absl::Status CheckCaller(const Identity& caller,
                         const policy::Taxonomy& taxonomy) {
  absl::string_view category = WhatOfSomebody(caller.name, taxonomy);
  // An exporter's is a code of an enterprise.
  if (category.empty() && caller.role != Role::kExporter) {
    category = WhatOfSomebody(caller.organization, taxonomy);
  }
  if (category.empty()) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kUnauthenticated, "",
                      "wrong.certificate_somebodys", {std::string(category)});
}

}  // namespace tongguan::service
