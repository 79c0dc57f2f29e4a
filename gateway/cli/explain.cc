#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"

namespace tongguan::cli {
namespace {

int Explain(Context& context, const std::string& id) {
  if (!CheckId(context, id)) return kUsage;
  int code = kSuccess;
  const auto client = Client::Connect(context, &code);
  v1::GetDecisionResponse response;
  if (client == nullptr || !GetRecord(context, *client, id, &response, &code)) {
    return code;
  }
  return ShowRecord(context, response);
}

}  // namespace

void AddExplain(const Setup& setup) {
  auto id = std::make_shared<std::string>();
  CLI::App* verb = setup.app.add_subcommand("explain", setup.T("help.explain"));
  verb->add_option("ID", *id, setup.T("help.id"));
  verb->callback([id, &chosen = setup.chosen] {
    chosen = [id](Context& context) { return Explain(context, *id); };
  });
}

}  // namespace tongguan::cli
