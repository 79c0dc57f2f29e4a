#include "gateway/policy/layout.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/form.h"

namespace tongguan::policy {
namespace {

namespace fs = std::filesystem;

// No policy file is near this; a larger one is not a policy file.
constexpr uintmax_t kMaxFileBytes = uintmax_t{64} << 20;
// Folders deeper than lists/<id>/<edition>/ hold nothing of the policy.
constexpr int kMaxDepth = 8;
constexpr const char* kFolders[] = {"regime", "calendar", "taxonomy", "lists",
                                    "registry"};

// Paths of all files below `dir`, relative to it and sorted. Linked folders are
// followed: a list must not fall away because its folder is a link.
absl::StatusOr<std::vector<std::string>> FindFiles(const std::string& dir) {
  std::error_code error;
  fs::recursive_directory_iterator it(
      dir, fs::directory_options::follow_directory_symlink, error);
  std::vector<std::string> files;
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    const std::string path = it->path().string();
    if (it.depth() > kMaxDepth) {
      return Refuse(path, "too deep a folder. Remove it.");
    }
    const bool folder = it->is_directory(error);
    if (error) break;
    if (!folder) files.push_back(path.substr(dir.size() + 1));
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat(dir, ": ", error.message(),
                                            ". Name a readable policy "
                                            "folder."));
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Puts a file where it belongs; false if it belongs nowhere.
bool Place(const std::string& path, const std::string& file, Layout* layout) {
  const std::vector<std::string> steps = absl::StrSplit(file, '/');
  const bool proto = absl::EndsWith(file, ".textproto");
  const bool binary = absl::EndsWith(file, kBinary);
  if (steps.back() == "README.md") return true;
  if (file == "regime/regime.textproto") {
    layout->regime = path;
  } else if (file == "calendar/calendar.textproto") {
    layout->calendar = path;
  } else if (steps.size() == 2 && proto && steps[0] == "taxonomy") {
    layout->taxonomies.push_back(path);
  } else if (steps.size() == 2 && (proto || binary) && steps[0] == "registry") {
    layout->shards.push_back(path);
  } else if (steps.size() == 4 && steps[0] == "lists" &&
             steps[3] == "list.textproto") {
    layout->lists[absl::StrCat(steps[1], "/", steps[2])].head = path;
  } else if (steps.size() == 4 && steps[0] == "lists" &&
             steps[3] == "items.csv") {
    layout->lists[absl::StrCat(steps[1], "/", steps[2])].rows = path;
  } else {
    return false;
  }
  return true;
}

absl::Status CheckFolders(const std::string& dir) {
  for (const char* name : kFolders) {
    const std::string path = absl::StrCat(dir, "/", name);
    std::error_code error;
    if (fs::is_directory(path, error)) continue;
    return Refuse(path,
                  "missing. Add the folder; policy/README.md says what "
                  "it holds.");
  }
  return absl::OkStatus();
}

absl::Status CheckComplete(const std::string& dir, const Layout& layout) {
  if (layout.regime.empty()) {
    return Refuse(absl::StrCat(dir, "/regime/regime.textproto"),
                  "missing. Add the regime.");
  }
  if (layout.calendar.empty()) {
    return Refuse(absl::StrCat(dir, "/calendar/calendar.textproto"),
                  "missing. Add the calendar.");
  }
  if (layout.taxonomies.empty()) {
    return Refuse(absl::StrCat(dir, "/taxonomy"), "empty. Add a taxonomy.");
  }
  for (const auto& [name, files] : layout.lists) {
    const std::string folder = absl::StrCat(dir, "/lists/", name);
    if (files.head.empty()) {
      return Refuse(absl::StrCat(folder, "/list.textproto"),
                    "missing beside items.csv. Add the list's head.");
    }
    if (files.rows.empty()) {
      return Refuse(absl::StrCat(folder, "/items.csv"),
                    "missing beside list.textproto. Add the rows; a header "
                    "row alone will do.");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::string text;
  TG_RETURN_IF_ERROR(ReadFile(path, &text));
  return text;
}

absl::Status ReadFile(const std::string& path, std::string* text) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error) {
    return absl::NotFoundError(absl::StrCat(path, ": ", error.message(),
                                            ". Make it a readable file."));
  }
  if (size > kMaxFileBytes) {
    return Refuse(path, absl::StrCat(size, " bytes, more than ", kMaxFileBytes,
                                     ". Divide the file."));
  }
  text->resize(size);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text->data(), static_cast<std::streamsize>(size))) {
    return absl::UnavailableError(absl::StrCat(
        path, ": cannot be read: ", std::strerror(errno), ". Try again."));
  }
  return absl::OkStatus();
}

absl::StatusOr<Layout> FindLayout(const std::string& root) {
  const std::string dir(absl::StripSuffix(root, "/"));
  TG_ASSIGN_OR_RETURN(const std::vector<std::string> files, FindFiles(dir));
  Layout layout;
  for (const std::string& file : files) {
    const std::string path = absl::StrCat(dir, "/", file);
    if (Place(path, file, &layout)) continue;
    return Refuse(path,
                  "not a file of a policy, or not in its place. Correct its "
                  "name, move it to where policy/README.md says, or remove "
                  "it.");
  }
  TG_RETURN_IF_ERROR(CheckFolders(dir));
  TG_RETURN_IF_ERROR(CheckComplete(dir, layout));
  return layout;
}

}  // namespace tongguan::policy
