// Keeps the write-ahead log short. SQLite copies it into the file (a
// checkpoint) and starts it anew only if a write finds all of it copied; under
// steady writing that moment never comes by itself, and copying all of it
// between two commits stalls them. So a thread copies most of it while commits
// go on, and when little is left the committer copies that and so resets it.
#ifndef TONGGUAN_GATEWAY_LEDGER_CHECKPOINTER_H_
#define TONGGUAN_GATEWAY_LEDGER_CHECKPOINTER_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

class Checkpointer {
 public:
  static absl::StatusOr<std::unique_ptr<Checkpointer>> Start(
      const std::string& path);
  ~Checkpointer();

  // Asked by the committer between commits with the log's length in pages.
  // Starts copying when it is due. True: the committer is to call Finish.
  bool Due(int log_pages);

  // Copies what is left over the committer's own connection. A failure loses
  // nothing: the log stays as it is, and it is tried again.
  static void Finish(Database& committer);

  // Copies all of the log and cuts it to nothing, between commits. False: it is
  // being read; try again.
  static bool Cut(Database& committer);

 private:
  Checkpointer() = default;
  void Run();

  enum class State { kIdle, kCopying, kCopied };
  std::unique_ptr<Database> db_;  // The thread's own.
  Mutex mu_;
  State state_ ABSL_GUARDED_BY(mu_) = State::kIdle;
  int copied_ ABSL_GUARDED_BY(mu_) = 0;  // Pages, when kCopied.
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  CondVar wanted_;
  std::thread thread_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_CHECKPOINTER_H_
