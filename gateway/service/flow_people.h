// The people of a flow or a settlement as sets of pseudonyms: taken in,
// checked, and named as the ledger knows them.
#ifndef TONGGUAN_GATEWAY_SERVICE_FLOW_PEOPLE_H_
#define TONGGUAN_GATEWAY_SERVICE_FLOW_PEOPLE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/ledger/ledger.h"
#include "gateway/people/pseudonyms.h"
#include "gateway/policy/registry.h"
#include "gateway/service/staging.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::service {

// Exact people. Refers to what they came from.
struct ExactPeople {
  people::Sets sets;  // As they were sent.
  // As they are charged: of people who are or may be under 14 all are sensitive
  // ones (PIPL 28).
  absl::string_view persons;
  absl::string_view sensitive;

  std::string joined;  // `sensitive`, where it is both together.
  SharedSet staged;
  // Why they are not taken: the staged set is not there, or their key is not
  // valid. Told only to who was not answered before.
  absl::Status refusal;
};

// Those of an exact or staged set; for others nullopt.
std::unique_ptr<ExactPeople> TakePeople(const v1::People& people,
                                        const std::string& exporter,
                                        bool all_sensitive, Staging* staging,
                                        absl::Time now);

// What a record says of them: all new, until the ledger tells.
v1::CountedPeople ToCounted(const ExactPeople& people);

// The pseudonyms of two sets together; those of one that the other lacks.
std::string Union(absl::string_view a, absl::string_view b);
std::string Without(absl::string_view a, absl::string_view b);

// The sets of people whom a tally counts.
ledger::SetKey TallySet(const std::string& exporter, ledger::Account account,
                        bool sensitive, int32_t year);
// The people whom allowed flows carried to a recipient in a scenario, each flow
// below the threshold; `scope` is VerdictRecord.route (splitting.h).
ledger::SetKey RouteSet(const std::string& scope, const v1::Flow& flow,
                        bool sensitive, int32_t year);
// The people of a decision who did not leave after all.
ledger::SetKey ReturnedSet(uint64_t index, bool sensitive, int32_t year);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_FLOW_PEOPLE_H_
