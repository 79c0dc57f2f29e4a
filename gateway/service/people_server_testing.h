// For tests of exact people against a gateway: keys, a GBA contract, decisions
// and settlements of people by number.
#ifndef TONGGUAN_GATEWAY_SERVICE_PEOPLE_SERVER_TESTING_H_
#define TONGGUAN_GATEWAY_SERVICE_PEOPLE_SERVER_TESTING_H_

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/service/exact_testing.h"
#include "gateway/service/server_testing.h"
#include "gtest/gtest.h"

namespace tongguan::service {

class PeopleServerTest : public ServerTest {
 protected:
  // People `first` to `second` - 1.
  using Span = std::pair<int64_t, int64_t>;

  // Every exporter its own; of the same id.
  void AddKeys() {
    for (v1::Enterprise& enterprise :
         *source_.registry[0].mutable_enterprises()) {
      AddKey("k1", enterprise.mutable_pseudonym_keys());
    }
  }
  static v1::People PeopleOf(const Span& span) {
    v1::People people;
    people.mutable_exact()->set_key_id("k1");
    people.mutable_exact()->set_persons(SetOf(span.first, span.second));
    return people;
  }
  static v1::Flow Exact(const std::string& id, const Span& span) {
    v1::Flow flow = Flow(id);
    *flow.mutable_people() = PeopleOf(span);
    return flow;
  }
  // Of an allowed flow, under the GBA contract or without one: its id.
  std::string DecideExact(const std::string& id, const Span& span, bool gba) {
    v1::Flow flow = Exact(id, span);
    if (gba) MakeGba(&flow);
    const v1::Decision decision = Decide(flow);
    EXPECT_EQ(decision.charging(),
              gba ? v1::CHARGING_GBA : v1::CHARGING_COUNTED);
    return decision.decision_id();
  }
  void SettleExact(const std::string& id, const std::string& decision,
                   const Span& all, const Span& left) {
    v1::SettleRequest request;
    request.set_request_id(id);
    request.set_decision_id(decision);
    request.set_exporter(kShanghai);
    *request.mutable_people() = PeopleOf(all);
    *request.mutable_left() = PeopleOf(left);
    v1::SettleResponse response;
    const grpc::Status status =
        Ask(*AsExporter().gateway, &Gateway::Settle, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  // The opening balance of a year; no sensitive people.
  void OpenYear(int32_t year, int64_t persons) {
    v1::DeclareOpeningRequest request;
    request.set_request_id(absl::StrCat("open-", year, "-", persons));
    request.set_exporter(kShanghai);
    request.set_year(year);
    request.set_persons(persons);
    request.set_sensitive_persons(0);
    v1::DeclareOpeningResponse response;
    const grpc::Status status = Ask(
        *AsExporter().gateway, &Gateway::DeclareOpening, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_PEOPLE_SERVER_TESTING_H_
