#include "tests/crash/book.h"

#include "absl/strings/str_cat.h"

namespace tongguan::crash {
namespace {

// Keeps an answer; false if it is not the one before.
template <typename Entry, typename Answer>
bool Keep(Entry& entry, const Answer& answer) {
  if (!entry.answer) entry.answer = answer;
  return Same(*entry.answer, answer);
}

std::string Changed(const std::string& request_id) {
  return absl::StrCat("request ", request_id,
                      " was answered twice, and differently");
}

}  // namespace

void Book::Sent(const v1::Flow& flow) {
  MutexLock lock(&mu_);
  asked_[flow.request_id()].flow = flow;
}

void Book::Sent(const v1::SettleRequest& request) {
  MutexLock lock(&mu_);
  settled_[request.request_id()].request = request;
}

void Book::Answered(const std::string& request_id, const v1::Decision& answer) {
  MutexLock lock(&mu_);
  if (!Keep(asked_[request_id], answer)) errors_.push_back(Changed(request_id));
}

void Book::Answered(const std::string& request_id,
                    const v1::SettleResponse& answer) {
  MutexLock lock(&mu_);
  if (!Keep(settled_[request_id], answer)) {
    errors_.push_back(Changed(request_id));
  }
}

void Book::Error(const std::string& what) {
  MutexLock lock(&mu_);
  errors_.push_back(what);
}

std::map<std::string, Asked> Book::asked() const {
  MutexLock lock(&mu_);
  return asked_;
}

std::map<std::string, Settled> Book::settled() const {
  MutexLock lock(&mu_);
  return settled_;
}

std::vector<std::string> Book::TakeErrors() {
  MutexLock lock(&mu_);
  return std::exchange(errors_, {});
}

}  // namespace tongguan::crash
