// Whether the gateway's log is what its clients were told.
#ifndef TONGGUAN_TESTS_CRASH_CHECK_H_
#define TONGGUAN_TESTS_CRASH_CHECK_H_

#include <string>

#include "gateway/service/testing.h"
#include "tests/crash/book.h"
#include "tests/crash/clients.h"

namespace tongguan::crash {

// What a check saw, for the report.
struct Seen {
  int64_t records = 0;
  int64_t allowed = 0;
  int64_t assessed = 0;
  int64_t settled = 0;
  int64_t unacknowledged = 0;  // Recorded though no answer came.
};

// Reads the whole log, and notes in the book: an acknowledged record that is
// missing or other than was answered; a request id recorded twice or never
// sent; a gap; time that runs back; a tally that is not the sum of what the
// records charge, or that reaches the law's number.
Seen CheckLog(const service::TestPki& pki, int port, Book& book);

// Reads at most `sample` acknowledged decisions whose request ids begin with
// `prefix` by their ids, and sends them again: the same answers. Sends again
// whatever was not acknowledged: now it must be.
void CheckRepeats(const service::TestPki& pki, int port,
                  const std::string& prefix, size_t sample, Book& book);

}  // namespace tongguan::crash

#endif  // TONGGUAN_TESTS_CRASH_CHECK_H_
