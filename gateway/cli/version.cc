#include "gateway/cli/verb.h"
#include "gateway/engine/engine.h"

namespace tongguan::cli {

void AddVersion(const Setup& setup) {
  CLI::App* verb = setup.app.add_subcommand("version", setup.T("help.version"));
  verb->callback([&chosen = setup.chosen] {
    chosen = [](Context& context) -> int {
      context.out() << context.T("cli.version",
                                 {{"0", TONGGUAN_VERSION},
                                  {"1", std::to_string(engine::kRuleSet)}})
                    << "\n";
      return kSuccess;
    };
  });
}

}  // namespace tongguan::cli
