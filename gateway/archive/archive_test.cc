#include "gateway/archive/archive.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::archive {
namespace {

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "archive-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    path_ = folder_ + "/a.zip";
  }
  ~ArchiveTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& path, int records) {
    auto writer = *Writer::Create(path);
    for (int i = 0; i < records; ++i) {
      ASSERT_TRUE(writer->AddRecord(3 * i, Record(3 * i)).ok());
      ASSERT_TRUE(writer->AddHash(journal::LeafHash(Record(i))).ok());
    }
    ASSERT_TRUE(writer->AddCheckpoint(9, "a note").ok());
    ASSERT_TRUE(writer->AddPart(DigestBytes(Sha256("law")), "law").ok());
    Manifest manifest;
    manifest.head = {"example.cn/log", 9, {}};
    manifest.selection = {"2026-01-01", "2026-12-31", ""};
    manifest.records = records;
    const absl::Status finished = writer->Finish("<p>page", manifest);
    ASSERT_TRUE(finished.ok()) << finished;
  }
  static std::string Record(uint64_t index) {
    return absl::StrCat("record ", index, std::string(index % 7, '.'));
  }
  static std::string Bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Whether all of it can be read.
  static bool Reads(const std::string& path) {
    const auto reader = Reader::Open(path);
    if (!reader.ok()) return false;
    for (size_t i = 0; i < (*reader)->manifest().files.size(); ++i) {
      if (!(*reader)->Read(i).ok()) return false;
    }
    return true;
  }

  std::string folder_, path_;
};

TEST_F(ArchiveTest, WhatIsWrittenIsRead) {
  Write(path_, 5);
  const auto reader = Reader::Open(path_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->manifest().records, 5u);
  EXPECT_EQ((*reader)->manifest().selection.until, "2026-12-31");
  std::vector<std::string> names;
  for (const File& file : (*reader)->manifest().files) {
    names.push_back(file.name);
  }
  EXPECT_THAT(names, testing::ElementsAre("checkpoint/000000000009",
                                          PartName(DigestBytes(Sha256("law"))),
                                          "records/000000000000",
                                          "proof/000000", "README.html"));
  std::vector<uint64_t> indexes;
  ASSERT_TRUE((*reader)
                  ->EachRecord([&](uint64_t index, absl::string_view record) {
                    EXPECT_EQ(record, Record(index));
                    indexes.push_back(index);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(indexes, testing::ElementsAre(0, 3, 6, 9, 12));
  EXPECT_EQ(*(*reader)->ReadRecord(6), Record(6));
  EXPECT_TRUE(absl::IsNotFound((*reader)->ReadRecord(7).status()));
  ProofReader proof(**reader);
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(proof.AtEnd());
    EXPECT_EQ(*proof.Next(), journal::LeafHash(Record(i)));
  }
  EXPECT_TRUE(proof.AtEnd());
  EXPECT_FALSE(proof.Next().ok());
}

TEST_F(ArchiveTest, ManyRecordsAreSeveralFilesAndEachIsFound) {
  auto writer = *Writer::Create(path_);
  const std::string large(1 << 20, 'x');
  for (int i = 10; i < 20; ++i) {
    ASSERT_TRUE(writer->AddRecord(i, absl::StrCat(i, large)).ok());
  }
  Manifest manifest;
  manifest.head.origin = "example.cn/log";
  ASSERT_TRUE(writer->Finish("", manifest).ok());
  const auto reader = *Reader::Open(path_);
  EXPECT_EQ(reader->manifest().files.size(), 4u);
  uint64_t passed = 0;  // Only those can be read again.
  ASSERT_TRUE(reader
                  ->EachRecord([&](uint64_t index, absl::string_view record) {
                    passed = index;
                    EXPECT_EQ(*reader->ReadRecord(index), record);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(passed, 19u);
  for (int i = 19; i >= 10; --i) {
    EXPECT_EQ(*reader->ReadRecord(i), absl::StrCat(i, large));
  }
  EXPECT_FALSE(reader->ReadRecord(9).ok());
  EXPECT_FALSE(reader->ReadRecord(20).ok());
}

TEST_F(ArchiveTest, EachOfManyRecordsIsReadAgainAndNoneBetweenThem) {
  Write(path_, 200);
  const auto reader = *Reader::Open(path_);
  EXPECT_TRUE(absl::IsNotFound(reader->ReadRecord(0).status()));
  ASSERT_TRUE(reader
                  ->EachRecord([](uint64_t, absl::string_view) {
                    return absl::OkStatus();
                  })
                  .ok());
  for (uint64_t index = 0; index < 3 * 200 + 5; ++index) {
    const auto record = reader->ReadRecord(index);
    if (index % 3 == 0 && index < 3 * 200) {
      EXPECT_EQ(*record, Record(index));
    } else {
      EXPECT_TRUE(absl::IsNotFound(record.status())) << index;
    }
  }
}

TEST_F(ArchiveTest, TheSameContentsAreTheSameBytes) {
  Write(path_, 5);
  Write(folder_ + "/b.zip", 5);
  EXPECT_EQ(Bytes(path_), Bytes(folder_ + "/b.zip"));
}

TEST_F(ArchiveTest, NothingIsReplacedAndNothingHalfIsLeft) {
  std::ofstream(path_) << "mine";
  EXPECT_TRUE(absl::IsAlreadyExists(Writer::Create(path_).status()));
  EXPECT_EQ(Bytes(path_), "mine");
  { auto left = *Writer::Create(folder_ + "/c.zip"); }
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/c.zip"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/c.zip.part"));
  auto late = *Writer::Create(folder_ + "/d.zip");
  std::ofstream(folder_ + "/d.zip") << "mine";
  EXPECT_TRUE(absl::IsAlreadyExists(late->Finish("", {})));
  EXPECT_EQ(Bytes(folder_ + "/d.zip"), "mine");
}

TEST_F(ArchiveTest, EveryFlippedBitIsFound) {
  Write(path_, 3);
  const std::string good = Bytes(path_);
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&file](size_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte).flush();
  };
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      put(at, static_cast<char>(good[at] ^ (1 << bit)));
      ASSERT_FALSE(Reads(path_)) << "byte " << at << " bit " << bit;
    }
    put(at, good[at]);
  }
  EXPECT_TRUE(Reads(path_));
}

TEST_F(ArchiveTest, WhatIsCutOffPutBeforeBehindOrBetweenIsFound) {
  Write(path_, 3);
  const std::string good = Bytes(path_);
  const std::string bad = folder_ + "/bad.zip";
  for (size_t at = 0; at <= good.size(); at += 5) {
    std::ofstream(bad, std::ios::binary)
        << good.substr(0, at) << "x" << good.substr(at);
    ASSERT_FALSE(Reads(bad)) << at;
  }
  for (size_t size = good.size(); size-- > 0;) {
    std::filesystem::resize_file(path_, size);
    ASSERT_FALSE(Reads(path_)) << size;
  }
}

TEST_F(ArchiveTest, WhatIsNoArchiveIsToldApart) {
  Write(path_, 1);
  EXPECT_TRUE(LooksLikeZip(path_));
  std::ofstream(folder_ + "/text") << "SQLite format 3 and so on and so on";
  EXPECT_FALSE(LooksLikeZip(folder_ + "/text"));
  EXPECT_FALSE(LooksLikeZip(folder_ + "/none"));
  EXPECT_TRUE(absl::IsNotFound(Reader::Open(folder_ + "/none").status()));
  EXPECT_TRUE(absl::IsDataLoss(Reader::Open(folder_ + "/text").status()));
}

TEST_F(ArchiveTest, AManifestInAnotherFormIsRefused) {
  Manifest manifest;
  manifest.head.origin = "example.cn/log";
  manifest.files = {{std::string(32, 'd'), 5, "part/x"}};
  const std::string good = FormatManifest(manifest);
  EXPECT_TRUE(ParseManifest(good).ok());
  EXPECT_FALSE(ParseManifest(good + "\n").ok());
  EXPECT_FALSE(ParseManifest(good.substr(0, good.size() - 1)).ok());
  EXPECT_FALSE(ParseManifest("").ok());
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"archive v1", "archive v2"},
        {"since -", "since 2026-02-30"},
        {"exporter -", "exporter 91310000MA1K35X52X"},
        {"records 0", "records 00"},
        {" 5 part/x", " 05 part/x"},
        {"file 64", "file 6g"}}) {
    std::string bad = good;
    ASSERT_NE(bad.find(from), std::string::npos) << from;
    bad.replace(bad.find(from), from.size(), to);
    EXPECT_FALSE(ParseManifest(bad).ok()) << to;
  }
}

}  // namespace
}  // namespace tongguan::archive
