// The verbs, one a file. Each adds itself to the command line and says what it
// does once it was chosen.
#ifndef TONGGUAN_GATEWAY_CLI_VERB_H_
#define TONGGUAN_GATEWAY_CLI_VERB_H_

#include <functional>
#include <string>

#include "CLI/App.hpp"
#include "gateway/cli/context.h"
#include "gateway/text/text.h"
#include "proto/tongguan/v1/decision_log_service.pb.h"

namespace tongguan::cli {

// Does the verb; returns the exit code.
using Action = std::function<int(Context&)>;

// What a verb needs to add itself.
struct Setup {
  CLI::App& app;
  text::Language language;
  Action& chosen;  // Set when the verb is parsed.

  std::string T(absl::string_view key) const {
    return text::Say(language, key);
  }
};

void AddServe(const Setup& setup);
void AddCheck(const Setup& setup);
void AddExplain(const Setup& setup);
void AddSettle(const Setup& setup);
void AddCorrect(const Setup& setup);
void AddOpen(const Setup& setup);
void AddStanding(const Setup& setup);
void AddLog(const Setup& setup);
// Verbs of `tongguan log` that need no gateway.
void AddLogKeys(CLI::App* log, const Setup& setup);
void AddLogVerify(CLI::App* log, const Setup& setup);
void AddLogPublish(CLI::App* log, const Setup& setup);
void AddLogExport(CLI::App* log, const Setup& setup);
void AddLogArchive(CLI::App* log, const Setup& setup);
void AddLogReindex(CLI::App* log, const Setup& setup);
void AddLogReceipt(CLI::App* log, const Setup& setup);
void AddBench(const Setup& setup);
void AddVersion(const Setup& setup);

// Fetches and shows one record; kSuccess whatever its verdict was.
int ShowRecord(Context& context, const std::string& id);
// Shows one that was fetched.
int ShowEntry(Context& context, const v1::GetDecisionResponse& response);

// Whether `id` has the form and the check character of an id. False: said why,
// exit code kUsage.
bool CheckId(Context& context, const std::string& id);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_VERB_H_
