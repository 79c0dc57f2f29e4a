// conformance --cases FILE.tsv --regime FILE.textproto [--verbose]: asks a
// gateway about every worked case of the file. Ends with 0 when all passed, 1
// when any failed, 2 when the files cannot be read.
#include <google/protobuf/text_format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "tests/conformance/case_file.h"
#include "tests/conformance/runner.h"

namespace tongguan::conformance {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || !text) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path));
  }
  return text.str();
}

absl::StatusOr<v1::Regime> ReadRegime(const std::string& path) {
  TG_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  v1::Regime regime;
  if (!google::protobuf::TextFormat::ParseFromString(text, &regime)) {
    return absl::InvalidArgumentError(absl::StrCat("not a regime: ", path));
  }
  return regime;
}

// Prints each case that failed, or with `verbose` every one; then the sum.
absl::StatusOr<int> Run(const std::string& cases_path,
                        const std::string& regime_path, bool verbose) {
  TG_ASSIGN_OR_RETURN(const std::string text, ReadFile(cases_path));
  TG_ASSIGN_OR_RETURN(const std::vector<Case> cases, ParseCases(text));
  TG_ASSIGN_OR_RETURN(const v1::Regime regime, ReadRegime(regime_path));
  const std::vector<Outcome> outcomes = RunCases(regime, cases);
  int failed = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    const bool passed = Passed(cases[i], outcomes[i]);
    if (!passed) ++failed;
    if (!passed || verbose) std::cout << Describe(cases[i], outcomes[i]);
  }
  std::cout << cases.size() - failed << " passed, " << failed << " failed\n";
  return failed;
}

int Main(int argc, char** argv) {
  CLI::App app("Asks a gateway about worked legal cases.");
  std::string cases;
  std::string regime;
  bool verbose = false;
  app.add_option("--cases", cases, "File of cases (README.md)")->required();
  app.add_option("--regime", regime, "Regime to ask under")->required();
  app.add_flag("--verbose", verbose, "Print the cases that passed, too");
  CLI11_PARSE(app, argc, argv);
  const absl::StatusOr<int> failed = Run(cases, regime, verbose);
  if (failed.ok()) return *failed == 0 ? 0 : 1;
  std::cerr << "conformance: " << failed.status().message() << "\n";
  return 2;
}

}  // namespace
}  // namespace tongguan::conformance

int main(int argc, char** argv) {
  return tongguan::conformance::Main(argc, argv);
}
