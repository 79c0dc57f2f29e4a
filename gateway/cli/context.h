// What every verb has: its terminal, the language, the global flags; and how it
// says that something went wrong.
#ifndef TONGGUAN_GATEWAY_CLI_CONTEXT_H_
#define TONGGUAN_GATEWAY_CLI_CONTEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/cli/cli.h"
#include "gateway/text/text.h"
#include "google/protobuf/message.h"

namespace tongguan::cli {

// Flags of every verb, as given; empty: not given.
struct Globals {
  std::string server;
  std::string ca;
  std::string cert;
  std::string key;
  std::string output = "table";
  std::string language;
  std::string deadline = "10s";
};

class Context {
 public:
  Context(Terminal& terminal, text::Language language)
      : terminal_(terminal), language_(language) {}

  // Checks the flags and takes what is not given from the environment.
  // Not kSuccess: said why on `err`.
  int Settle(Globals globals);

  text::Language language() const { return language_; }
  const Globals& globals() const { return globals_; }
  absl::Duration deadline() const { return deadline_; }
  bool json() const { return globals_.output == "json"; }
  bool color() const;
  bool is_tty() const { return terminal_.is_tty; }
  int width() const { return terminal_.width; }
  absl::Time now() const { return terminal_.now(); }
  void Sleep(absl::Duration time) const { terminal_.sleep(time); }
  std::istream& in() { return terminal_.in; }
  std::ostream& out() { return terminal_.out; }
  std::ostream& err() { return terminal_.err; }
  bool err_is_tty() const { return terminal_.err_is_tty; }

  // The text of a key in the chosen language.
  std::string T(absl::string_view key, const text::Args& args = {}) const {
    return text::Say(language_, key, args);
  }

  // Each says a line on `err` and returns the exit code.
  int Usage(absl::string_view key, const text::Args& args = {});
  int Fail(absl::string_view key, const text::Args& args = {});
  // The status of a call to the gateway.
  int Fail(const absl::Status& status);
  // The status of a file or a part of this program: kError whatever its code.
  int FailHere(const absl::Status& status);

  // A line on `err` that is no error.
  void Note(absl::string_view key, const text::Args& args = {});

  // `message` as ProtoJSON on `out`.
  int PrintJson(const google::protobuf::Message& message);

 private:
  void Say(absl::string_view key, const absl::Status& status);

  Terminal& terminal_;
  const text::Language language_;
  Globals globals_;
  absl::Duration deadline_;
};

// The language of --lang in `args`, else of the environment.
text::Language ChooseLanguage(const std::vector<std::string>& args,
                              const Terminal& terminal);

// A number of people, 0 to 10^10, digits only.
bool ParsePeople(absl::string_view text, int64_t* people);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_CONTEXT_H_
