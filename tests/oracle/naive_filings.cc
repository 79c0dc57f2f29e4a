#include "tests/oracle/naive_case.h"

namespace tongguan::oracle {
namespace {

bool IsWorkingDay(const v1::Calendar& calendar, Day day) {
  for (const v1::CalendarDay& special : calendar.days()) {
    if (ParseDay(special.date()).value() == day) return special.working();
  }
  return Weekday(day) < 5;
}

Day AddWorkingDays(const v1::Calendar& calendar, Day day, int64_t n) {
  while (n > 0) {
    ++day;
    if (IsWorkingDay(calendar, day)) --n;
  }
  return day;
}

// Filed, or still within the working days from taking effect.
bool ContractValid(const Case& c, const v1::Filing& filing) {
  const Day effective = ParseDay(filing.effective()).value();
  if (!ValidOn(c.today, filing.effective(), filing.expires())) return false;
  const bool filed =
      !filing.filed().empty() && ParseDay(filing.filed()).value() <= c.today;
  switch (filing.status()) {
    case v1::FILING_STATUS_UNDER_REVIEW:
    case v1::FILING_STATUS_VALID:
    case v1::FILING_STATUS_NOT_FILED:
      break;
    default:
      return false;
  }
  return filed ||
         c.today <= AddWorkingDays(
                        c.policy.calendar, effective,
                        c.policy.regime.contract_filing_working_days().value());
}

// Issued, passed, not run out: the stated last day, or the years less a day.
bool TermRuns(const Case& c, const v1::Filing& filing, int64_t years,
              int64_t more_years) {
  if (filing.status() != v1::FILING_STATUS_VALID) return false;
  const Day issued = ParseDay(filing.issued()).value();
  Day last = filing.expires().empty() ? AddYears(issued, years) - 1
                                      : ParseDay(filing.expires()).value();
  if (filing.extension() == v1::EXTENSION_GRANTED) {
    last = AddYears(last, more_years);
  }
  return issued <= c.today && c.today <= last;
}

bool RecognisedBody(const Case& c, const std::string& id) {
  for (const auto& body : c.policy.regime.certification_bodies()) {
    if (body.id() == id) return true;
  }
  return false;
}

bool Valid(const Case& c, const v1::Filing& filing) {
  const v1::Regime& regime = c.policy.regime;
  switch (filing.kind()) {
    case v1::FILING_KIND_CERTIFICATE:
      return TermRuns(c, filing, regime.certificate_years().value(), 0) &&
             RecognisedBody(c, filing.body());
    case v1::FILING_KIND_SECURITY_ASSESSMENT:
      return TermRuns(c, filing, regime.assessment_years().value(),
                      regime.extension_years().value());
    default:
      return ContractValid(c, filing);
  }
}

std::string PurposeName(const v1::Purpose& purpose) {
  switch (purpose.kind_case()) {
    case v1::Purpose::kContractNecessity:
      return "contract_necessity:" + purpose.contract_necessity().activity();
    case v1::Purpose::kHumanResources:
      return "human_resources";
    case v1::Purpose::kRecruitment:
      return "recruitment";
    case v1::Purpose::kEmergency:
      return "emergency";
    case v1::Purpose::kStatutoryDuty:
      return "statutory_duty";
    case v1::Purpose::kForeignAuthorityRequest:
      return "foreign_authority_request";
    default:
      break;
  }
  std::string name = v1::GeneralPurpose_Name(purpose.general());
  name = name.substr(std::string("GENERAL_PURPOSE_").size());
  for (char& letter : name) {
    if (letter != '_') letter += 'a' - 'A';
  }
  return name;
}

bool CoversPurpose(const v1::FilingScope& scope, const v1::Flow& flow) {
  if (Contains(scope.purposes(), PurposeName(flow.purpose()))) return true;
  return flow.purpose().has_contract_necessity() &&
         Contains(scope.purposes(), "contract_necessity");
}

// The exporter's group names the recipient as a member abroad.
bool InGroupAbroad(const Case& c) {
  for (const v1::RegistryShard& shard : c.policy.registry) {
    for (const v1::Group& group : shard.groups()) {
      if (Contains(group.members(), c.flow.exporter()) &&
          Contains(group.overseas(), c.flow.recipient().organization_id())) {
        return true;
      }
    }
  }
  return false;
}

bool CoversRecipient(const Case& c, const v1::Filing& filing) {
  const v1::Recipient& recipient = c.flow.recipient();
  const bool named =
      Contains(filing.scope().recipients(), recipient.organization_id());
  if (filing.kind() != v1::FILING_KIND_CERTIFICATE) return named;
  const bool in_group = recipient.relation() == v1::RELATION_HEADQUARTERS ||
                        recipient.relation() == v1::RELATION_AFFILIATE;
  return in_group && (named || InGroupAbroad(c));
}

bool CoversOnward(const v1::FilingScope& scope, const v1::Flow& flow) {
  for (const v1::OnwardRecipient& onward : flow.recipient().onward()) {
    if (!Contains(scope.onward(), onward.organization_id())) return false;
  }
  return true;
}

bool CoversItem(const v1::FilingScope& scope, const Item& item) {
  bool all = !item.categories.empty();
  for (const v1::Category* category : item.categories) {
    all &= Contains(scope.categories(), category->id());
  }
  if (all) return true;
  for (const std::string& name : scope.items()) {
    if (Folded(name) == Folded(item.data.name())) return true;
  }
  return false;
}

// Everything but items and scale.
bool CoversFlow(const Case& c, const v1::Filing& filing) {
  return filing.exporter() == c.flow.exporter() && Valid(c, filing) &&
         CoversRecipient(c, filing) && CoversPurpose(filing.scope(), c.flow) &&
         Contains(filing.scope().scenarios(), c.flow.scenario()) &&
         CoversOnward(filing.scope(), c.flow);
}

Covered Scale(const Case& c, const v1::Filing& filing) {
  if (filing.states_no_number() || !c.has_personal) return Covered::kYes;
  if (!c.n || !c.s) return Covered::kScaleUnknown;
  return *c.n + *c.s <= filing.approved_people() ? Covered::kYes : Covered::kNo;
}

std::vector<v1::Filing> CoveringFlow(const Case& c, v1::FilingKind kind) {
  std::vector<v1::Filing> found;
  for (const v1::RegistryShard& shard : c.policy.registry) {
    for (const v1::Filing& filing : shard.filings()) {
      if (filing.kind() == kind && CoversFlow(c, filing)) {
        found.push_back(filing);
      }
    }
  }
  return found;
}

// Both sides in the Greater Bay Area, and nothing leaves it afterwards.
bool WithinGba(const Case& c) {
  const v1::Recipient& recipient = c.flow.recipient();
  if (c.exporter == nullptr || c.ciio != v1::FACT_NO) return false;
  const auto& cities = c.policy.regime.gba_cities();
  if (!Contains(cities, c.exporter->region())) return false;
  if (c.exporter->gba_registered() != v1::FACT_YES) return false;
  if (recipient.gba_registered() != v1::FACT_YES) return false;
  for (const v1::OnwardRecipient& onward : recipient.onward()) {
    const std::string& region = onward.region();
    if (region != "HK" && region != "MO" && !Contains(cities, region)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Covered ByAssessment(const Case& c, const Item& item) {
  Covered result = Covered::kNo;
  for (const v1::Filing& filing :
       CoveringFlow(c, v1::FILING_KIND_SECURITY_ASSESSMENT)) {
    if (!CoversItem(filing.scope(), item)) continue;
    const Covered scale = Scale(c, filing);
    if (scale == Covered::kYes) return Covered::kYes;
    if (scale == Covered::kScaleUnknown) result = scale;
  }
  return result;
}

bool OneAssessmentCovers(const Case& c, const std::vector<const Item*>& items) {
  for (const v1::Filing& filing :
       CoveringFlow(c, v1::FILING_KIND_SECURITY_ASSESSMENT)) {
    bool all = Scale(c, filing) == Covered::kYes;
    for (const Item* item : items) all &= CoversItem(filing.scope(), *item);
    if (all) return true;
  }
  return false;
}

bool ByGbaContract(const Case& c, const Item& item) {
  if (!WithinGba(c) || item.important == v1::FACT_YES) return false;
  const std::string& region = c.flow.recipient().region();
  if (region != "HK" && region != "MO") return false;
  for (const v1::Filing& filing :
       CoveringFlow(c, region == "HK" ? v1::FILING_KIND_GBA_CONTRACT_HONG_KONG
                                      : v1::FILING_KIND_GBA_CONTRACT_MACAO)) {
    if (CoversItem(filing.scope(), item)) return true;
  }
  return false;
}

bool ByContractOrCertificate(const Case& c, const Item& item) {
  for (v1::FilingKind kind :
       {v1::FILING_KIND_STANDARD_CONTRACT, v1::FILING_KIND_CERTIFICATE}) {
    for (const v1::Filing& filing : CoveringFlow(c, kind)) {
      if (CoversItem(filing.scope(), item)) return true;
    }
  }
  return false;
}

// State Council document 2023 no. 11, item 14: for enterprises with foreign
// investment; where it is not known the registration is taken for it.
bool InGreenChannel(const Case& c) {
  if (c.exporter == nullptr || c.exporter->foreign_invested() == v1::FACT_NO) {
    return false;
  }
  for (const v1::RegistryShard& shard : c.policy.registry) {
    for (const v1::GreenChannelRegistration& green : shard.registrations()) {
      if (green.exporter() == c.flow.exporter() && !green.suspended() &&
          ValidOn(c.today, green.granted(), green.valid_to())) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace tongguan::oracle
