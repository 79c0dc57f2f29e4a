// What the clients know: every request that was sent, and the answer where one
// came. Kept beside the gateway, so it outlives its deaths. Thread-safe.
#ifndef TONGGUAN_TESTS_CRASH_BOOK_H_
#define TONGGUAN_TESTS_CRASH_BOOK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/mutex.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::crash {

// A request and its answer; none: it was not acknowledged, and may be recorded
// once or not at all.
struct Asked {
  v1::Flow flow;
  std::optional<v1::Decision> answer;
};
struct Settled {
  v1::SettleRequest request;
  std::optional<v1::SettleResponse> answer;
};

class Book {
 public:
  void Sent(const v1::Flow& flow);
  void Sent(const v1::SettleRequest& request);
  // An answer; one that differs from the answer before is an error.
  void Answered(const std::string& request_id, const v1::Decision& answer);
  void Answered(const std::string& request_id,
                const v1::SettleResponse& answer);

  // Something that must not happen.
  void Error(const std::string& what);

  // By request id. Copies: the book may go on.
  std::map<std::string, Asked> asked() const;
  std::map<std::string, Settled> settled() const;
  std::vector<std::string> TakeErrors();

 private:
  mutable Mutex mu_;
  std::map<std::string, Asked> asked_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Settled> settled_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> errors_ ABSL_GUARDED_BY(mu_);
};

// Whether two messages have the same bytes.
template <typename Message>
bool Same(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace tongguan::crash

#endif  // TONGGUAN_TESTS_CRASH_BOOK_H_
