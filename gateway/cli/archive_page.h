// The page of an archive: for people who hold the file and nothing else.
#ifndef TONGGUAN_GATEWAY_CLI_ARCHIVE_PAGE_H_
#define TONGGUAN_GATEWAY_CLI_ARCHIVE_PAGE_H_

#include <string>

#include "gateway/archive/manifest.h"

namespace tongguan::cli {

// HTML in Chinese and then in English: what the archive holds, what it proves
// and what it does not, how to check it and how to read it. Only the head, the
// selection and the number of records are read.
std::string ArchivePage(const archive::Manifest& manifest);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_ARCHIVE_PAGE_H_
