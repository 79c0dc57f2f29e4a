// `check FILE`: a file on this machine becomes the items and people of a flow.
// Of the file only names of columns, classes, counts and pseudonyms go further.
#ifndef TONGGUAN_GATEWAY_CLI_CHECK_FILE_H_
#define TONGGUAN_GATEWAY_CLI_CHECK_FILE_H_

#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "gateway/cli/client.h"
#include "gateway/cli/context.h"
#include "gateway/cli/verb.h"
#include "gateway/inspect/inspect.h"
#include "gateway/policy/taxonomy.h"
#include "proto/tongguan/v1/flow.pb.h"
#include "proto/tongguan/v1/inspection.pb.h"

namespace tongguan::cli {

// What is asked for on the command line; empty: not given.
struct FileFlags {
  std::string path;  // Of the file; empty: the flow itself is checked.
  std::string declarations;
  std::string identifier;
  std::string key;  // File of the exporter's key of pseudonyms.
  std::string key_id;
  std::string algorithm = "hmac-sha256";
  std::string encoding = "detect";
  bool header = false;  // The first row is one though no name is known.
};

void AddFileFlags(const Setup& setup, CLI::App* verb, FileFlags* flags);

// Whether the flags fit together; not kSuccess: said why.
int CheckFileFlags(Context& context, const FileFlags& flags);

// Reads the file and puts its columns into the flow, without people. Null, with
// the exit code set, if something is wrong: said why. Shows how far it is on a
// terminal.
std::unique_ptr<inspect::Result> InspectInto(Context& context,
                                             const FileFlags& flags,
                                             const policy::Taxonomy& taxonomy,
                                             v1::Flow* flow, int* exit_code);

// Puts the file's people into the flow, where it may have any: as numbers
// without a key or a client, else as pseudonyms, which are staged if they are
// many. Not kSuccess: said why.
int AddPeople(Context& context, const FileFlags& flags, Client* client,
              inspect::Result* result, v1::Flow* flow);

// Says on `out` what the columns were taken for, and the verdict of each. Of a
// flow whose items are the columns that have values. `local`: nothing was sent.
void ShowColumns(Context& context, const FileFlags& flags,
                 const v1::Inspection& inspection,
                 const policy::Taxonomy& taxonomy, bool local);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_CHECK_FILE_H_
