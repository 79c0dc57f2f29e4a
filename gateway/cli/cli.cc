#include "gateway/cli/cli.h"

#include <algorithm>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/context.h"
#include "gateway/cli/verb.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

void AddGlobals(const Setup& setup, Globals* globals) {
  CLI::App& app = setup.app;
  app.add_option("--server", globals->server, setup.T("help.server"));
  app.add_option("--ca", globals->ca, setup.T("help.ca"));
  app.add_option("--cert", globals->cert, setup.T("help.cert"));
  app.add_option("--key", globals->key, setup.T("help.key"));
  app.add_option("-o,--output", globals->output, setup.T("help.output"));
  app.add_option("--lang", globals->language, setup.T("help.lang"));
  app.add_option("--deadline", globals->deadline, setup.T("help.deadline"));
}

void AddVerbs(const Setup& setup) {
  AddServe(setup);
  AddCheck(setup);
  AddExplain(setup);
  AddSettle(setup);
  AddCorrect(setup);
  AddOpen(setup);
  AddStanding(setup);
  AddLog(setup);
  AddBench(setup);
  AddVersion(setup);
}

// Help whose columns align where a character is two cells wide.
class AlignedHelp : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option,
                          bool positional) const override {
    return absl::StrCat(
        text::PadRight(absl::StrCat("  ", make_option_name(option, positional),
                                    make_option_opts(option)),
                       static_cast<int>(get_column_width())),
        make_option_desc(option), "\n");
  }
};

// Titles of help in the chosen language.
void NameHelp(const Setup& setup) {
  CLI::App& app = setup.app;
  app.option_defaults()->group(setup.T("help.options"));
  app.set_help_flag("-h,--help", setup.T("help.help"));
  const auto formatter = std::make_shared<AlignedHelp>();
  app.formatter(formatter);
  formatter->label("Usage", setup.T("help.usage"));
  formatter->label("Subcommand", setup.T("help.verb"));
  formatter->label("SUBCOMMAND", setup.T("help.verb"));
  formatter->label("OPTIONS", setup.T("help.options"));
  formatter->label("Positionals", setup.T("help.positionals"));
  formatter->label("TEXT", setup.T("help.value"));
  for (const char* label : {"INT", "UINT", "FLOAT"}) {
    formatter->label(label, setup.T("help.number"));
  }
}

// Below which title the verbs of `app` stand, and theirs.
void GroupVerbs(const Setup& setup, CLI::App* app) {
  for (CLI::App* verb : app->get_subcommands({})) {
    verb->group(setup.T("help.verbs"));
    verb->get_help_ptr()->group(setup.T("help.options"));
    GroupVerbs(setup, verb);
  }
}

// What the parser refused, in our words: the flag is named before its colon.
int Refuse(const CLI::ParseError& error, Context& context) {
  const std::string what = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return context.Usage("cli.flag_value",
                         {{"0", what.substr(0, what.find(':'))}});
  }
  return context.Usage("cli.flag_wrong", {{"0", what}});
}

}  // namespace

int Run(const std::vector<std::string>& args, Terminal& terminal) {
  const text::Language language = ChooseLanguage(args, terminal);
  Context context(terminal, language);
  CLI::App app(text::Say(language, "help.about"), "tongguan");
  Action chosen;
  const Setup setup{app, language, chosen};
  Globals globals;
  app.allow_extras();
  app.fallthrough();
  NameHelp(setup);
  AddGlobals(setup, &globals);
  AddVerbs(setup);
  GroupVerbs(setup, &app);
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::CallForHelp&) {
    terminal.out << app.help();
    return kSuccess;
  } catch (const CLI::ParseError& error) {
    return Refuse(error, context);
  }
  const std::vector<std::string> extras = app.remaining(true);
  if (!extras.empty()) {
    return context.Usage("cli.extra", {{"0", absl::StrJoin(extras, " ")}});
  }
  if (chosen == nullptr) return context.Usage("cli.no_verb");
  if (const int code = context.Settle(globals); code != kSuccess) return code;
  const int code = chosen(context);
  terminal.out.flush();
  return terminal.out.good() ? code : context.Fail("cli.output_lost");
}

}  // namespace tongguan::cli
