#include "tests/conformance/filing.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/policy/purpose.h"

namespace tongguan::conformance {
namespace {

v1::FilingKind KindOf(const std::string& word) {
  if (word == "standard_contract") return v1::FILING_KIND_STANDARD_CONTRACT;
  if (word == "certification") return v1::FILING_KIND_CERTIFICATE;
  if (word == "gba_standard_contract") {
    return v1::FILING_KIND_GBA_CONTRACT_HONG_KONG;
  }
  return word == "gba_standard_contract_mo"
             ? v1::FILING_KIND_GBA_CONTRACT_MACAO
             : v1::FILING_KIND_SECURITY_ASSESSMENT;
}

bool IsContract(v1::FilingKind kind) {
  return kind != v1::FILING_KIND_CERTIFICATE &&
         kind != v1::FILING_KIND_SECURITY_ASSESSMENT;
}

v1::FilingStatus StatusOf(const std::string& word) {
  if (word == "supplement_required") {
    return v1::FILING_STATUS_SUPPLEMENT_REQUIRED;
  }
  if (word == "suspended") return v1::FILING_STATUS_SUSPENDED;
  if (word == "revoked") return v1::FILING_STATUS_REVOKED;
  if (word == "under_review") return v1::FILING_STATUS_UNDER_REVIEW;
  if (word == "terminated_by_cac") return v1::FILING_STATUS_TERMINATED;
  if (word == "failed" || word == "not_passed") {
    return v1::FILING_STATUS_NOT_PASSED;
  }
  return v1::FILING_STATUS_VALID;  // "passed" and "valid".
}

// A contract that passed or is under review was filed: where the day of filing
// is left out it is the day of effect. One that says filed=none was not.
void SetContractStatus(const Facts& parts, v1::Filing* filing) {
  const std::string word = parts.Get("status");
  const std::string filed = parts.Get("filed", word.empty() ? "none" : "");
  if (filed != "none") {
    filing->set_filed(filed.empty() ? parts.Get("effective") : filed);
  }
  filing->set_status(word.empty() ? v1::FILING_STATUS_UNDER_REVIEW
                                  : StatusOf(word));
  const bool needs_filing = filing->status() == v1::FILING_STATUS_VALID ||
                            filing->status() == v1::FILING_STATUS_UNDER_REVIEW;
  if (filed == "none" && needs_filing) {
    filing->set_status(v1::FILING_STATUS_NOT_FILED);
  }
}

void SetStatus(const Facts& parts, v1::Filing* filing) {
  if (IsContract(filing->kind())) {
    SetContractStatus(parts, filing);
  } else if (parts.Has("status")) {
    filing->set_status(StatusOf(parts.Get("status")));
  } else {
    filing->set_status(parts.Has("issued") ? v1::FILING_STATUS_VALID
                                           : v1::FILING_STATUS_UNDER_REVIEW);
  }
}

// A contract serves an onward recipient only if its appendix names it.
bool NamesOnward(const Facts& facts, v1::FilingKind kind) {
  return !IsContract(kind) || !facts.Is("onward_recipient", "not_listed");
}

void SetScope(const Facts& facts, const Parties& parties, bool covers,
              const v1::Flow& flow, v1::Filing* filing) {
  v1::FilingScope* scope = filing->mutable_scope();
  scope->add_purposes(policy::PurposeId(flow.purpose()));
  scope->add_scenarios(flow.scenario());
  if (!covers) {
    scope->add_recipients(absl::StrCat("another-", parties.recipient));
    scope->add_items("another_item");
    return;
  }
  scope->add_recipients(parties.recipient);
  for (const v1::DataItem& item : flow.items()) scope->add_items(item.name());
  if (!NamesOnward(facts, filing->kind())) return;
  for (const v1::OnwardRecipient& onward : flow.recipient().onward()) {
    scope->add_onward(onward.organization_id());
  }
}

void SetCertificate(const Facts& parts, const Parties& parties,
                    v1::Filing* filing) {
  filing->set_body(parts.Is("body", "unlisted") ? "UNLISTED-BODY" : "CCRC");
  filing->set_holder(parts.Is("holder", "overseas_recipient")
                         ? parties.recipient
                         : parties.exporter);
}

void SetAssessment(const Facts& facts, const Facts& parts, v1::Filing* filing) {
  if (parts.Has("approved_persons")) {
    filing->set_approved_people(*parts.Count("approved_persons"));
  } else {
    filing->set_states_no_number(true);
  }
  if (facts.Is("extension", "pending")) {
    filing->set_extension(v1::EXTENSION_PENDING);
  } else if (facts.Is("extension", "granted")) {
    filing->set_extension(v1::EXTENSION_GRANTED);
  }
}

}  // namespace

std::optional<v1::Filing> BuildFiling(const Facts& facts,
                                      const Parties& parties,
                                      const v1::Flow& flow) {
  const std::string text = facts.Get("mechanism_on_file", "none");
  if (text == "none") return std::nullopt;
  std::vector<std::string> problems;  // Found when the case was read.
  const Facts parts = Facts::ParseFiling(text, &problems);
  v1::Filing filing;
  filing.set_id(absl::StrCat(parties.name, "-filing"));
  filing.set_exporter(parties.exporter);
  filing.set_kind(KindOf(parts.Get("kind")));
  filing.set_signed_on(parts.Get("signed"));
  if (IsContract(filing.kind())) filing.set_effective(parts.Get("effective"));
  if (!IsContract(filing.kind())) filing.set_issued(parts.Get("issued"));
  filing.set_expires(parts.Get("expires", parts.Get("expired")));
  SetStatus(parts, &filing);
  SetScope(facts, parties, parts.Is("covers", "y"), flow, &filing);
  if (filing.kind() == v1::FILING_KIND_CERTIFICATE) {
    SetCertificate(parts, parties, &filing);
  } else if (filing.kind() == v1::FILING_KIND_SECURITY_ASSESSMENT) {
    SetAssessment(facts, parts, &filing);
  }
  if (parts.Is("filer", "group_parent")) filing.set_filed_by(parties.sibling);
  return filing;
}

}  // namespace tongguan::conformance
