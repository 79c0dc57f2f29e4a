// Whether what lies in a published folder is durable: fsync is looked on at.
#include "gateway/cli/log_dir.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace {

// Paths that were synced since it was set; null: nobody looks.
std::set<std::string>* synced = nullptr;

}  // namespace

// In the place of the C library's.
extern "C" int fsync(int fd) {
  if (synced != nullptr) {
    char path[4096];
    const ssize_t length =
        readlink(absl::StrCat("/proc/self/fd/", fd).c_str(), path, sizeof path);
    if (length > 0) synced->emplace(path, static_cast<size_t>(length));
  }
  return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace tongguan::cli {
namespace {

class LogDirTest : public testing::Test {
 protected:
  LogDirTest() {
    std::string made = testing::TempDir() + "log_dir_XXXXXX";
    top_ = std::filesystem::canonical(mkdtemp(made.data())).string();
    path_ = top_ + "/published";
    synced = &synced_;
  }
  ~LogDirTest() override {
    synced = nullptr;
    std::filesystem::remove_all(top_);
  }
  void ExpectSynced(const std::string& name) {
    EXPECT_EQ(synced_.count(path_ + name), 1u) << name;
  }

  std::string top_, path_;
  std::set<std::string> synced_;
};

TEST_F(LogDirTest, AFileItsNameAndItsFoldersAreDurable) {
  ASSERT_TRUE(LogDir(path_).Write("tile/0/x001/000", "bytes", false).ok());
  for (const char* name :
       {"", "/tile", "/tile/0", "/tile/0/x001", "/tile/0/x001/000.tmp"}) {
    ExpectSynced(name);
  }
  EXPECT_EQ(synced_.count(top_), 1u);
}

// A run that was killed after it had named the file, or made a folder.
TEST_F(LogDirTest, WhatLiesThereAlreadyIsMadeDurable) {
  std::filesystem::create_directories(path_ + "/tile/0/x001");
  std::ofstream(path_ + "/tile/0/x001/000") << "bytes";
  LogDir dir(path_);
  ASSERT_TRUE(dir.Write("tile/0/x001/000", "bytes", false).ok());
  EXPECT_EQ(dir.written(), 0);
  for (const char* name : {"", "/tile", "/tile/0", "/tile/0/x001"}) {
    ExpectSynced(name);
  }
  EXPECT_EQ(synced_.count(top_), 1u);
}

}  // namespace
}  // namespace tongguan::cli
