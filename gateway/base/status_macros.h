// Early return on a bad absl::Status; Debian's Abseil has no such macros.
#ifndef TONGGUAN_GATEWAY_BASE_STATUS_MACROS_H_
#define TONGGUAN_GATEWAY_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define TG_CONCAT_INNER(a, b) a##b
#define TG_CONCAT(a, b) TG_CONCAT_INNER(a, b)

// Returns the status of `expr` from the enclosing function unless it is OK.
#define TG_RETURN_IF_ERROR(expr)           \
  do {                                     \
    absl::Status tg_status = (expr);       \
    if (!tg_status.ok()) return tg_status; \
  } while (false)

// Assigns the value of the StatusOr `expr` to `lhs`, or returns its status.
#define TG_ASSIGN_OR_RETURN(lhs, expr) \
  TG_ASSIGN_OR_RETURN_(TG_CONCAT(tg_or_, __LINE__), lhs, expr)
#define TG_ASSIGN_OR_RETURN_(or_value, lhs, expr) \
  auto or_value = (expr);                         \
  if (!or_value.ok()) return or_value.status();   \
  lhs = std::move(or_value).value()

#endif  // TONGGUAN_GATEWAY_BASE_STATUS_MACROS_H_
