#include "gateway/policy/registry_form.h"

#include <algorithm>
#include <string>

#include "gateway/policy/form.h"

namespace tongguan::policy {
namespace {

template <typename Message>
bool IsKnown(const Message& message) {
  static const auto* reflection = Message::default_instance().GetReflection();
  return reflection->GetUnknownFields(message).empty();
}

bool AreTexts(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return std::all_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return IsText(text); });
}

bool IsSaid(v1::Fact fact) { return fact != 0 && v1::Fact_IsValid(fact); }

bool HasForm(const v1::Delegation& delegation) {
  return IsKnown(delegation) && IsText(delegation.delegate()) &&
         IsText(delegation.valid_from()) && IsText(delegation.valid_to());
}

bool HasForm(const v1::PseudonymKey& key) {
  return IsKnown(key) && IsText(key.id()) && key.algorithm() != 0 &&
         v1::PseudonymAlgorithm_IsValid(key.algorithm()) &&
         IsText(key.valid_from()) && IsText(key.valid_to());
}

bool HasForm(const v1::FilingScope& scope) {
  return IsKnown(scope) && AreTexts(scope.recipients()) &&
         AreTexts(scope.purposes()) && AreTexts(scope.scenarios()) &&
         AreTexts(scope.categories()) && AreTexts(scope.items()) &&
         AreTexts(scope.onward());
}

template <typename Messages>
bool HaveForm(const Messages& messages) {
  return std::all_of(messages.begin(), messages.end(),
                     [](const auto& message) { return HasForm(message); });
}

}  // namespace

bool HasForm(const v1::Enterprise& e) {
  return IsKnown(e) && IsText(e.uscc()) && IsText(e.name()) &&
         IsText(e.region()) && AreTexts(e.zones()) && IsSaid(e.ciio()) &&
         IsSaid(e.gba_registered()) && IsSaid(e.foreign_invested()) &&
         IsText(e.credit_class()) && HaveForm(e.delegations()) &&
         HaveForm(e.pseudonym_keys());
}

bool HasForm(const v1::Filing& f) {
  return IsKnown(f) && IsText(f.id()) && IsText(f.exporter()) &&
         f.kind() != 0 && v1::FilingKind_IsValid(f.kind()) &&
         IsText(f.number()) && f.status() != 0 &&
         v1::FilingStatus_IsValid(f.status()) && IsText(f.signed_on()) &&
         IsText(f.effective()) && IsText(f.filed()) && IsText(f.issued()) &&
         IsText(f.expires()) && v1::Extension_IsValid(f.extension()) &&
         HasForm(f.scope()) && IsText(f.body()) && IsText(f.holder()) &&
         IsText(f.filed_by()) && IsText(f.registration());
}

}  // namespace tongguan::policy
