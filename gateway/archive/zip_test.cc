// The container where it is too large for ZIP's 32 bits: offsets and counts.
#include "gateway/archive/zip.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tongguan::archive {
namespace {

class ZipTest : public testing::Test {
 protected:
  ZipTest() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "zip-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    path_ = folder_ + "/a.zip";
  }
  ~ZipTest() override { std::filesystem::remove_all(folder_); }

  // Entries "e0" and so on, each its name over and over.
  void Write(int entries, uint64_t far) {
    std::filesystem::remove(path_);
    auto writer = *ZipWriter::Create(path_, far);
    for (int i = 0; i < entries; ++i) {
      ASSERT_TRUE(writer->Add(Name(i), Contents(i)).ok());
    }
    ASSERT_TRUE(writer->Finish().ok());
  }
  static std::string Name(int i) { return absl::StrCat("e", i); }
  static std::string Contents(int i) {
    std::string contents;
    for (int n = 0; n < 50; ++n) contents += Name(i);
    return contents;
  }
  bool Reads(int entries, uint64_t far) {
    const auto reader = ZipReader::Open(path_, far);
    if (!reader.ok()) return false;
    if ((*reader)->entries().size() != static_cast<size_t>(entries)) {
      return false;
    }
    for (int i = 0; i < entries; ++i) {
      const ZipEntry& entry = (*reader)->entries()[i];
      const auto contents = (*reader)->Read(entry);
      if (entry.name != Name(i) || !contents.ok() || *contents != Contents(i)) {
        return false;
      }
    }
    return true;
  }
  std::string Bytes() {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Entries whose place is in a field of 64 bits.
  int FarEntries() {
    constexpr size_t kVersion = 6;
    const std::string bytes = Bytes();
    int count = 0;
    for (size_t at = 0; (at = bytes.find("PK\x01\x02", at)) != bytes.npos;
         ++at) {
      count += bytes[at + kVersion] == 45;
    }
    return count;
  }
  bool HasZip64() { return Bytes().find("PK\x06\x06") != std::string::npos; }

  std::string folder_, path_;
};

// The bound before, at and behind every entry's beginning and their end.
TEST_F(ZipTest, EntriesBeyondTheBoundAreReadAndEveryOtherFormIsRefused) {
  constexpr int kEntries = 4;
  Write(kEntries, kFar);
  ASSERT_FALSE(HasZip64());
  const std::vector<ZipEntry> entries = (*ZipReader::Open(path_))->entries();
  const uint64_t end = Bytes().find("PK\x01\x02");
  std::vector<uint64_t> bounds = {0, 1, end - 1, end};
  for (int i = 1; i < kEntries; ++i) {
    for (const int by : {-1, 0, 1}) bounds.push_back(entries[i].offset + by);
  }
  for (const uint64_t far : bounds) {
    Write(kEntries, far);
    EXPECT_TRUE(HasZip64()) << far;
    EXPECT_EQ(FarEntries(), std::count_if(entries.begin(), entries.end(),
                                          [far](const ZipEntry& e) {
                                            return e.offset >= far;
                                          }))
        << far;
    EXPECT_TRUE(Reads(kEntries, far)) << far;
    EXPECT_FALSE(Reads(kEntries, kFar)) << far;
  }
  Write(kEntries, end + 1);
  EXPECT_FALSE(HasZip64());
  EXPECT_TRUE(Reads(kEntries, kFar));
}

TEST_F(ZipTest, MoreThan65535EntriesAreRead) {
  constexpr int kEntries = 65536;
  Write(kEntries, kFar);
  EXPECT_TRUE(HasZip64());
  EXPECT_TRUE(Reads(kEntries, kFar));
}

TEST_F(ZipTest, EveryFlippedBitOfZip64IsFound) {
  constexpr uint64_t kBound = 300;
  Write(3, kBound);
  const std::string good = Bytes();
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&file](size_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte).flush();
  };
  for (size_t at = good.find("PK\x01\x02"); at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      put(at, static_cast<char>(good[at] ^ (1 << bit)));
      ASSERT_FALSE(Reads(3, kBound)) << "byte " << at << " bit " << bit;
    }
    put(at, good[at]);
  }
  EXPECT_TRUE(Reads(3, kBound));
}

}  // namespace
}  // namespace tongguan::archive
