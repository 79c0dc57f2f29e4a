#include "gateway/policy/detectors.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/people/identifiers.h"
#include "gateway/policy/checks.h"
#include "gateway/policy/inside_text.h"

namespace tongguan::policy {
namespace {

// Nothing that is found without context is shorter but licence plates, which
// have an ideograph, and e-mail addresses, which have no gaps.
constexpr size_t kShortestNumber = 11;
// a@b.cn with one character more.
constexpr size_t kShortestText = 7;

re2::StringPiece Piece(absl::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options Options() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

// Whether narrowing the value may change it. 0xEF begins full-width forms, 0xE3
// the wide space, 0xC2 the no-break one.
bool MayBeWide(absl::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    return c == '\xEF' || c == '\xE3' || c == '\xC2';
  });
}

// Whether narrowing the value, or leaving its gaps out, may change it.
bool MayHaveGaps(absl::string_view value) {
  return MayBeWide(value) ||
         std::any_of(value.begin(), value.end(),
                     [](char c) { return c == ' ' || c == '-' || c == '\t'; });
}

// The graver of two, so that a company's code does not hide a person's number
// beside it.
int GravityOf(const v1::Category* category) {
  return category == nullptr ? -1 : static_cast<int>(category->data_class());
}

}  // namespace

bool Watch::Detector::takes(absl::string_view value) const {
  return RE2::FullMatch(Piece(value), *pattern) && PassesCheck(check, value);
}

const v1::Category* Watch::Whole(absl::string_view value) const {
  for (const Detector& detector : own_) {
    if (detector.takes(value)) return detector.category;
  }
  // Most values are nothing: one pass over all patterns says so. It says yes
  // as well when it runs out of memory.
  RE2::Set::ErrorInfo error{};
  if (rest_.empty()) return nullptr;
  if (!set_->Match(Piece(value), nullptr, &error) &&
      error.kind == RE2::Set::kNoError) {
    return nullptr;
  }
  for (const Detector& detector : rest_) {
    if (detector.takes(value)) return detector.category;
  }
  return nullptr;
}

Hit Watch::Find(absl::string_view value, std::string* scratch) const {
  if (value.empty()) return {};
  if (const v1::Category* whole = Whole(value)) return {whole, false};
  // A short ASCII value without its gaps is shorter still: nothing.
  const bool may_be_one = value.size() >= kShortestNumber || !own_.empty() ||
                          static_cast<uint8_t>(value[0]) >= 0x80;
  if (may_be_one && MayHaveGaps(value)) {
    people::NormalizeIdentifier(people::IdentifierKind::kCard, value, scratch);
    if (const v1::Category* whole = Whole(*scratch)) return {whole, false};
  }
  return value.size() < kShortestText ? Hit{} : Inside(value, scratch);
}

Hit Watch::Inside(absl::string_view text, std::string* scratch) const {
  if (MayBeWide(text)) {
    people::NormalizeIdentifier(people::IdentifierKind::kOther, text, scratch);
    text = *scratch;
  }
  Hit hit;
  if (!MayHoldValues(text)) return hit;
  EachPart(text, [&](absl::string_view part) {
    const v1::Category* found = Whole(part);
    if (GravityOf(found) > GravityOf(hit.category)) hit = {found, true};
  });
  return hit;
}

absl::StatusOr<Detectors> Detectors::Compile(const Taxonomy& taxonomy) {
  Detectors detectors;
  detectors.watches_.emplace_back(nullptr, std::make_unique<Watch>());
  for (const v1::Detector& source : taxonomy.source().detectors()) {
    const v1::Category* category = taxonomy.FindCategory(source.category());
    const auto same = [category](const auto& watch) {
      return watch.first == category;
    };
    if (std::none_of(detectors.watches_.begin(), detectors.watches_.end(),
                     same)) {
      detectors.watches_.emplace_back(category, std::make_unique<Watch>());
    }
  }
  for (auto& [named, watch] : detectors.watches_) {
    watch->set_ = std::make_unique<RE2::Set>(Options(), RE2::ANCHOR_BOTH);
    for (const v1::Detector& source : taxonomy.source().detectors()) {
      const v1::Category* category = taxonomy.FindCategory(source.category());
      if (source.needs_context() && category != named) continue;
      auto pattern = std::make_unique<RE2>(source.pattern(), Options());
      if (!pattern->ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("taxonomy detector \"", source.id(),
                         "\".pattern: ", pattern->error(), ". Correct it."));
      }
      if (category != named) watch->set_->Add(source.pattern(), nullptr);
      auto& list = category == named ? watch->own_ : watch->rest_;
      list.push_back({std::move(pattern), source.check(), category});
    }
    if (!watch->set_->Compile()) {
      return absl::InvalidArgumentError(
          "taxonomy: its detectors together are too large. Remove some.");
    }
  }
  return detectors;
}

const Watch& Detectors::For(const v1::Category* named) const {
  for (const auto& [category, watch] : watches_) {
    if (category == named) return *watch;
  }
  return *watches_.front().second;
}

}  // namespace tongguan::policy
