// `tongguan log reindex`: what finds records is made again from them.
#include <memory>

#include "absl/strings/str_cat.h"
#include "gateway/cli/verb.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/scan.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

int Reindex(Context& context, const std::string& path) {
  uint64_t records = 0;
  {
    // What is no ledger is not made one.
    const auto scan = ledger::Scan::Open(path);
    if (!scan.ok()) return context.FailHere(scan.status());
    records = (*scan)->size() - (*scan)->first();
  }
  const absl::Status made = ledger::RebuildIndex(path);
  if (!made.ok()) return context.FailHere(made);
  context.out() << context.T("reindex.done",
                             {{"0", text::FormatCount(
                                        static_cast<int64_t>(records))}})
                << "\n";
  return kSuccess;
}

}  // namespace

void AddLogReindex(CLI::App* log, const Setup& setup) {
  auto path = std::make_shared<std::string>();
  CLI::App* verb = log->add_subcommand("reindex", setup.T("help.log_reindex"));
  verb->add_option("LEDGER", *path, setup.T("help.ledger_file"))->required();
  verb->callback([path, &chosen = setup.chosen] {
    chosen = [path](Context& context) { return Reindex(context, *path); };
  });
}

}  // namespace tongguan::cli
