// Where the next page of records begins, bound to the filters it was made for.
#ifndef TONGGUAN_GATEWAY_SERVICE_PAGE_TOKEN_H_
#define TONGGUAN_GATEWAY_SERVICE_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "proto/tongguan/v1/decision_log_service.pb.h"

namespace tongguan::service {

// A token for the page after the record `last`.
std::string PageToken(uint64_t last, const v1::ListDecisionsRequest& filters);

// The index below which the page begins. InvalidArgument for a token that is
// malformed or of other filters. No secret: rights are checked on every page.
absl::StatusOr<uint64_t> ReadPageToken(const std::string& token,
                                       const v1::ListDecisionsRequest& filters);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_PAGE_TOKEN_H_
