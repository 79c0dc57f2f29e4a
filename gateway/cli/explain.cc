#include <memory>

#include "gateway/cli/verb.h"

namespace tongguan::cli {

void AddExplain(const Setup& setup) {
  auto id = std::make_shared<std::string>();
  CLI::App* verb = setup.app.add_subcommand("explain", setup.T("help.explain"));
  verb->add_option("ID", *id, setup.T("help.id"));
  verb->callback([id, &chosen = setup.chosen] {
    chosen = [id](Context& context) { return ShowRecord(context, *id); };
  });
}

}  // namespace tongguan::cli
