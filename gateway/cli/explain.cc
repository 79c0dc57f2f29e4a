#include <memory>

#include "gateway/cli/verb.h"

namespace tongguan::cli {

void AddExplain(const Setup& setup) {
  auto id = std::make_shared<std::string>();
  auto archive = std::make_shared<std::string>();
  CLI::App* verb = setup.app.add_subcommand("explain", setup.T("help.explain"));
  verb->add_option("ID", *id, setup.T("help.id"));
  verb->add_option("--archive", *archive, setup.T("help.explain_archive"));
  verb->callback([id, archive, &chosen = setup.chosen] {
    chosen = [id, archive](Context& context) {
      return ShowRecord(context, *id, *archive);
    };
  });
}

}  // namespace tongguan::cli
