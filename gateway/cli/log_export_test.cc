// An archive shows what it says it shows, on its own, and whatever is changed
// in it is found; tables and JSON hold the same records.
#include <functional>
#include <map>
#include <optional>

#include "absl/strings/str_split.h"
#include "gateway/archive/archive.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/archive_audit.h"
#include "gateway/cli/export_rows.h"
#include "gateway/cli/log_testing.h"
#include "gateway/journal/note.h"
#include "gateway/ledger/id.h"

namespace tongguan::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class LogExportTest : public LogVerifyTest {
 protected:
  void SetUp() override {
    LogVerifyTest::SetUp();
    file_ = pki_.folder() + "/a.zip";
  }
  Outcome Export(const std::vector<std::string>& more,
                 const std::string& lang = "en") {
    std::vector<std::string> args = {"log", "export", "--ledger",
                                     log_,  "--lang", lang};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args);
  }
  void Archive(std::vector<std::string> more = {}) {
    std::filesystem::remove(file_);
    more.insert(more.end(), {"-o", file_});
    const Outcome run = Export(more);
    ASSERT_EQ(run.code, kSuccess) << run.out << run.err;
  }
  Outcome VerifyFile(const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"log", "verify",       file_, "--lang",
                                     "en",  "--public-key", key_};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args);
  }
  std::vector<uint64_t> Indexes() {
    std::vector<uint64_t> indexes;
    const auto archive = *archive::Reader::Open(file_);
    EXPECT_TRUE(archive
                    ->EachRecord([&](uint64_t index, absl::string_view) {
                      indexes.push_back(index);
                      return absl::OkStatus();
                    })
                    .ok());
    return indexes;
  }
  // The archive written again with some files changed, dropped (empty) or
  // moved; the manifest is made to fit, as whoever forges one would.
  void Forge(
      const std::function<void(archive::Manifest*,
                               std::map<std::string, std::string>*)>& change) {
    archive::Manifest manifest;
    std::map<std::string, std::string> files;
    {
      const auto archive = *archive::Reader::Open(file_);
      manifest = archive->manifest();
      for (const archive::File& file : manifest.files) {
        files[file.name] = *archive->Read(file.name);
      }
    }
    change(&manifest, &files);
    manifest.files.clear();
    std::filesystem::remove(file_);
    auto zip = *archive::ZipWriter::Create(file_);
    for (const auto& [name, bytes] : files) {
      manifest.files.push_back(
          {DigestBytes(Sha256(bytes)), bytes.size(), name});
      ASSERT_TRUE(zip->Add(name, bytes).ok());
    }
    ASSERT_TRUE(
        zip->Add(archive::kManifestName, archive::FormatManifest(manifest))
            .ok());
    ASSERT_TRUE(zip->Finish().ok());
  }
  // A second key, which signs no rows; its public key's file.
  std::string MakeSm2() {
    const std::string key = pki_.folder() + "/sm2.key";
    EXPECT_EQ(
        RunCli({"log", "keygen", key, "--origin", "example.cn/sm2", "--sm2"})
            .code,
        kSuccess);
    sm2_ = *journal::SigningKey::Read(key);
    WriteFile(key + ".pub", sm2_->public_key().ToString());
    return key + ".pub";
  }
  // The checkpoint with its line besides.
  std::string WithSm2(const std::string& checkpoint) {
    journal::Note note = *journal::ParseNote(checkpoint);
    note.signatures.push_back(
        {sm2_->origin(), sm2_->public_key().id(), *sm2_->Sign(note.text)});
    return journal::FormatNote(note);
  }
  void ExpectBroken(const std::string& words) {
    const Outcome run = VerifyFile();
    EXPECT_EQ(run.code, kBroken) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr(words));
  }

  std::string file_;
  std::optional<journal::SigningKey> sm2_;
};

TEST_F(LogExportTest, AllOfTheLogIsSoundWithoutTheLedger) {
  Archive();
  for (const char* end : {"", "-wal", "-shm", ".key"}) {
    std::filesystem::remove(log_ + end);
  }
  const Outcome run = VerifyFile();
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("sound: 14 records"));
  EXPECT_THAT(run.out, HasSubstr("under a head of 14 records"));
  EXPECT_THAT(run.out, Not(HasSubstr("sums of people")));
}

TEST_F(LogExportTest, WhoWaitsSeesHowFarItIs) {
  Archive();
  for (const std::string& at : {file_, log_}) {
    const Outcome run =
        RunCli({"log", "verify", at, "--lang", "en"}, {}, "", true);
    EXPECT_THAT(run.err, HasSubstr("checked 1 / 14")) << at;
    EXPECT_EQ(RunCli({"log", "verify", at, "--lang", "en"}).err, "");
  }
}

// One that has every record from the first is added up and replayed.
TEST_F(LogExportTest, ThePageDoesNotDenyTheSumsOfAnArchiveThatHasThemAll) {
  Archive({"--since", "2026-01-01"});  // All, though the manifest has a date.
  EXPECT_THAT(VerifyFile({"--replay"}).out, HasSubstr("taken again"));
  const auto archive = *archive::Reader::Open(file_);
  const std::string page = *archive->Read(archive::kPageName);
  EXPECT_THAT(page, HasSubstr("totals of people, unless this archive has every "
                              "record from the first of the log on"));
  EXPECT_THAT(page, HasSubstr("除非本归档含有日志第一条起的全部记录"));
}

TEST_F(LogExportTest, AYearIsWholeAndHasItsNeighbours) {
  Archive({"--since", "2026-01-01", "--until", "2026-12-31"});
  EXPECT_THAT(Indexes(),
              testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  EXPECT_EQ(VerifyFile().code, kSuccess);
  EXPECT_THAT(VerifyFile().out, HasSubstr("sound: 11 records"));
  Archive({"--since", "2027-01-01"});
  // The key's record, and the year's own, which closes the one before.
  EXPECT_THAT(Indexes(), testing::ElementsAre(0, 11, 12, 13));
  EXPECT_EQ(VerifyFile().code, kSuccess) << VerifyFile().out;
  Archive({"--since", "2026-11-22", "--until", "2026-12-01"});
  EXPECT_THAT(Indexes(), testing::ElementsAre(0, 10, 11));
  EXPECT_EQ(VerifyFile().code, kSuccess) << VerifyFile().out;
  EXPECT_THAT(VerifyFile().out, HasSubstr("sound: 0 records"));
}

TEST_F(LogExportTest, OneExportersRecordsAreNotShownToBeAll) {
  Archive({"--exporter", service::kShanghai});
  EXPECT_THAT(Indexes(), Not(testing::Contains(1)));
  const Outcome run = VerifyFile();
  EXPECT_EQ(run.code, kIncomplete) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("no record of"));
  EXPECT_THAT(run.out, HasSubstr("were not handed out"));
  EXPECT_THAT(ReadBytes(file_), Not(HasSubstr(service::kShenzhen)));
  Archive({"--exporter", service::kShenzhen});
  EXPECT_EQ(VerifyFile().code, kIncomplete);
  EXPECT_THAT(Indexes(), testing::ElementsAre(0));
}

TEST_F(LogExportTest, WithoutAKeyItIsIncompleteAndWithAnotherBroken) {
  Archive();
  EXPECT_EQ(RunCli({"log", "verify", file_}).code, kIncomplete);
  WriteFile(key_, journal::SigningKey::Generate("example.cn/x",
                                                journal::Algorithm::kEd25519)
                      ->public_key()
                      .ToString());
  ExpectBroken("no key that was given");
}

TEST_F(LogExportTest, OldAndNewKeyLeadToTheHeadAfterAChangeOfKey) {
  const std::string next = pki_.folder() + "/next.key";
  const std::string origin = journal::SigningKey::Read(log_ + ".key")->origin();
  ASSERT_EQ(RunCli({"log", "keygen", next, "--origin", origin}).code, kSuccess);
  ASSERT_EQ(RunCli({"log", "rotate-key", next, "--ledger", log_}).code,
            kSuccess);
  config_.set_log_key(next);
  Start();
  Decide(Flow("after", 3));
  server_ = nullptr;
  Archive({"--until", "2026-12-31"});
  EXPECT_EQ(VerifyFile().code, kSuccess) << VerifyFile().out;
  WriteFile(key_, journal::SigningKey::Read(next)->public_key().ToString());
  EXPECT_EQ(VerifyFile().code, kSuccess) << VerifyFile().out;
  // The change of the key without the head that the old key signed over it.
  Forge([](archive::Manifest*, auto* files) {
    auto second = std::next(files->lower_bound("checkpoint/"));
    files->erase(second);
  });
  EXPECT_EQ(VerifyFile().code, kBroken);
}

TEST_F(LogExportTest, EveryFlippedBitOfEveryByteIsFound) {
  Archive({"--since", "2027-01-01"});
  const std::string good = ReadBytes(file_);
  AuditOptions options;
  options.keys = {*journal::PublicKey::Parse(ReadBytes(key_))};
  const auto sound = [&] {
    const auto archive = archive::Reader::Open(file_);
    return archive.ok() &&
           !ArchiveAudit(**archive, options).Run([](uint64_t) {});
  };
  ASSERT_TRUE(sound());
  std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&file](size_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte).flush();
  };
  for (size_t at = 0; at < good.size(); ++at) {
    put(at, static_cast<char>(good[at] ^ (1 << at % 8)));
    ASSERT_FALSE(sound()) << "byte " << at << " of " << good.size();
    if (at % 97 == 0 || at < 4 || at + 4 > good.size()) {
      EXPECT_EQ(VerifyFile().code, kBroken) << at;  // As people see it.
    }
    put(at, good[at]);
  }
  EXPECT_TRUE(sound());
}

// Whoever forges can make container, manifest and sums fit; not the proof.
TEST_F(LogExportTest, AForgedRecordProofHeadOrPartIsFound) {
  const auto forge = [this](const std::string& prefix, const auto& change) {
    Archive({"--until", "2026-12-31"});
    Forge([&](archive::Manifest*, auto* files) {
      change(&*files->lower_bound(prefix));
    });
  };
  forge("records/", [](auto* file) { file->second[200] ^= 1; });
  EXPECT_EQ(VerifyFile().code, kBroken);
  forge("proof/", [](auto* file) { file->second[5] ^= 1; });
  ExpectBroken("do not lead to the head");
  forge("proof/", [](auto* file) { file->second += std::string(32, 'x'); });
  EXPECT_EQ(VerifyFile().code, kBroken);
  forge("proof/", [](auto* file) { file->second.pop_back(); });
  EXPECT_EQ(VerifyFile().code, kBroken);
  forge("checkpoint/", [](auto* file) { file->second[0] ^= 1; });
  EXPECT_EQ(VerifyFile().code, kBroken);
  forge("checkpoint/", [](auto* file) {
    char& coded = file->second[file->second.size() - 20];
    coded = coded == 'A' ? 'B' : 'A';
  });
  ExpectBroken("is not signed by the log's key");
  forge("part/", [](auto* file) { file->second[0] ^= 1; });
  EXPECT_EQ(VerifyFile().code, kBroken);
}

TEST_F(LogExportTest, WhatIsLeftOutAddedOrSaidOtherwiseIsFound) {
  const auto forge = [this](const auto& change) {
    Archive({"--until", "2026-12-31"});
    Forge(change);
  };
  forge([](archive::Manifest* manifest, auto*) {
    manifest->selection.until = "2027-12-31";
    manifest->records = 12;
  });
  ExpectBroken("a record between these dates is missing");
  forge([](archive::Manifest* manifest, auto*) {
    manifest->selection.until = "2026-11-30";
  });
  // True as well, none is later; but the page says something else.
  EXPECT_EQ(VerifyFile().code, kIncomplete);
  forge([](archive::Manifest* manifest, auto*) { manifest->records = 10; });
  ExpectBroken("and says 10");
  forge([](archive::Manifest* manifest, auto*) {
    manifest->selection.exporter = service::kShanghai;
  });
  ExpectBroken("is not one of those");
  forge([](archive::Manifest* manifest, auto*) { manifest->head.size = 13; });
  ExpectBroken("13 records is missing");
  forge([](archive::Manifest*, auto* files) { (*files)["note"] = "more"; });
  ExpectBroken("is misnamed: note");
  forge([](archive::Manifest*, auto* files) {
    files->erase(files->lower_bound("part/"));
  });
  ExpectBroken("is missing or was changed");
  Archive({"--until", "2026-12-31", "--exporter", service::kShanghai});
  Forge([](archive::Manifest* manifest, auto*) {
    manifest->selection.exporter.clear();
  });
  ExpectBroken("a record between these dates is missing");
}

TEST_F(LogExportTest, ADecisionIsExplainedAsOnline) {
  Start();
  const service::TestPair pair = pki_.Issue({.uris = {"tongguan:auditor/x"}});
  WriteFile(pki_.folder() + "/client.pem", pair.certificate);
  WriteFile(pki_.folder() + "/client.key", pair.private_key);
  const auto online = [this](const std::string& lang) {
    return RunCli(
        {"explain", last_, "--lang", lang},
        {{"TONGGUAN_SERVER", absl::StrCat("127.0.0.1:", server_->port())},
         {"TONGGUAN_CA", pki_.files().client_ca()},
         {"TONGGUAN_CERT", pki_.folder() + "/client.pem"},
         {"TONGGUAN_KEY", pki_.folder() + "/client.key"}});
  };
  for (const char* lang : {"zh", "en"}) {
    const Outcome with = online(lang);
    ASSERT_EQ(with.code, kSuccess) << with.err;
    for (const std::vector<std::string>& selection :
         {std::vector<std::string>{},
          {"--exporter", service::kShanghai, "--until", "2026-12-31"}}) {
      Archive(selection);
      const Outcome without = RunCli({"explain", last_, "--archive", file_,
                                      "--public-key", key_, "--lang", lang});
      EXPECT_EQ(without.code, kSuccess) << without.err;
      EXPECT_EQ(without.out, with.out);
      // Without a key the answer itself says that anyone may have made it.
      const Outcome unproven =
          RunCli({"explain", last_, "--archive", file_, "--lang", lang});
      EXPECT_EQ(unproven.code, kIncomplete) << unproven.err;
      EXPECT_THAT(unproven.out,
                  AllOf(HasSubstr("--public-key"), EndsWith(with.out)));
      const Outcome json = RunCli(
          {"explain", last_, "--archive", file_, "--lang", lang, "-o", "json"});
      EXPECT_EQ(json.code, kIncomplete) << json.err;
      EXPECT_THAT(json.out, AllOf(HasSubstr("\"archive.unproven\""),
                                  HasSubstr("\"id\": \"" + last_ + "\"")));
    }
  }
  EXPECT_EQ(RunCli({"explain", last_, "--public-key", key_}).code, kUsage);
  EXPECT_EQ(RunCli({"explain", "2026-000000000000-6", "--archive", file_}).code,
            kUsage);
}

// Whoever gives a key expects its line over the head of this archive.
TEST_F(LogExportTest, ALineOfAGivenKeyThatIsOverAnotherHeadIsMissed) {
  Archive();
  const std::string sm2 = MakeSm2();
  std::string first, last;  // Names of the heads.
  const auto sign = [&](const std::string& name) {
    Forge([&](archive::Manifest*, auto* files) {
      (*files)[name] = WithSm2((*files)[name]);
    });
  };
  Forge([&](archive::Manifest* manifest, auto* files) {
    first = files->lower_bound("checkpoint/")->first;
    last = archive::CheckpointName(manifest->head.size);
    WriteFile(pki_.folder() + "/kept", WithSm2((*files)[last]));
    WriteFile(pki_.folder() + "/old", WithSm2((*files)[first]));
  });
  ASSERT_NE(first, last);
  sign(first);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{},
        {"--checkpoint", pki_.folder() + "/old"},
        {"--checkpoint", pki_.folder() + "/kept"}}) {
    std::vector<std::string> args = {"--public-key", sm2};
    args.insert(args.end(), more.begin(), more.end());
    const Outcome run = VerifyFile(args);
    EXPECT_EQ(run.code, kIncomplete) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("no signature of example.cn/sm2 over the "
                                   "head of 14"));
  }
  // What it signed is trusted nevertheless, without the log's own key.
  EXPECT_EQ(RunCli({"log", "verify", file_, "--public-key", sm2, "--checkpoint",
                    pki_.folder() + "/kept"})
                .code,
            kIncomplete);
  sign(last);
  EXPECT_EQ(VerifyFile({"--public-key", sm2}).code, kSuccess)
      << VerifyFile({"--public-key", sm2}).out;
}

TEST_F(LogExportTest, ARecordWithoutTheLineOfAGivenKeyIsNotCalledProven) {
  Archive();
  const std::string sm2 = MakeSm2();
  const auto explain = [&](const std::vector<std::string>& more) {
    std::vector<std::string> args = {
        "explain", last_,          "--archive", file_,    "--public-key",
        key_,      "--public-key", sm2,         "--lang", "en"};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args);
  };
  const Outcome run = explain({});
  EXPECT_EQ(run.code, kIncomplete) << run.out << run.err;
  EXPECT_THAT(run.out, AllOf(StartsWith("there is no signature of "
                                        "example.cn/sm2 over the head of 14"),
                             HasSubstr(last_)));
  EXPECT_THAT(run.err, Not(HasSubstr("proven")));
  const Outcome json = explain({"-o", "json"});
  EXPECT_EQ(json.code, kIncomplete) << json.err;
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"verify.no_line\""),
                              HasSubstr("\"id\": \"" + last_ + "\"")));
  Forge([&](archive::Manifest* manifest, auto* files) {
    std::string& head = (*files)[archive::CheckpointName(manifest->head.size)];
    head = WithSm2(head);
  });
  const Outcome proven = explain({});
  EXPECT_EQ(proven.code, kSuccess) << proven.out << proven.err;
  EXPECT_THAT(proven.err, HasSubstr("proven"));
  // What touches no one record is not said.
  Archive({"--exporter", service::kShanghai});
  EXPECT_EQ(
      RunCli({"explain", last_, "--archive", file_, "--public-key", key_}).code,
      kSuccess);
}

// Whoever may write the file may do so once it was checked.
TEST_F(LogExportTest, TheRecordThatIsShownIsTheOneThatWasChecked) {
  Archive();
  const auto archive = *archive::Reader::Open(file_);
  const uint64_t index = ledger::ParseId(last_)->index;
  ArchiveAudit audit(*archive, {});
  audit.Keep(index);
  EXPECT_TRUE(absl::IsNotFound(audit.kept().status()));
  EXPECT_FALSE(audit.Run([](uint64_t) {}).has_value());
  const std::string checked = *archive->ReadRecord(index);
  std::string bytes = ReadBytes(file_);
  bytes[bytes.find(checked) + checked.size() / 2] ^= 1;
  WriteFile(file_, bytes);
  EXPECT_NE(*archive->ReadRecord(index), checked);
  EXPECT_EQ(*audit.kept(), checked);
  Archive();
  const Outcome other =
      RunCli({"explain", ledger::FormatId({2026, 999}), "--archive", file_});
  EXPECT_EQ(other.code, kError);
  EXPECT_THAT(other.err, HasSubstr("record 999 is not in it"));
}

TEST_F(LogExportTest, AnswersInWordsWhereItCannot) {
  Archive();
  EXPECT_EQ(Export({"-o", file_}).code, kError);  // Never replaced.
  EXPECT_EQ(Export({}).code, kUsage);
  EXPECT_EQ(Export({"--format", "xlsx", "-o", file_}).code, kUsage);
  EXPECT_EQ(Export({"--since", "1.1.2026", "-o", file_}).code, kUsage);
  EXPECT_EQ(Export({"--since", "2026-12-31", "--until", "2026-01-01", "-o",
                    file_ + "2"})
                .code,
            kUsage);
  EXPECT_EQ(Export({"--exporter", "nobody", "-o", file_}).code, kUsage);
  EXPECT_EQ(Export({"-o", pki_.folder() + "/none/a.zip"}).code, kError);
}

TEST_F(LogExportTest, ACsvOpensInASpreadsheet) {
  const Outcome zh = Export({"--format", "csv"}, "zh");
  ASSERT_EQ(zh.code, kSuccess) << zh.err;
  EXPECT_THAT(zh.out, StartsWith("\xef\xbb\xbf时间（北京）,编号,企业"));
  const std::vector<std::string> lines = absl::StrSplit(zh.out, "\r\n");
  ASSERT_EQ(lines.size(), 16u);  // Head, 14 records, the end.
  EXPECT_THAT(lines.back(), "");
  EXPECT_THAT(zh.out, AllOf(HasSubstr(last_), HasSubstr("准予"),
                            HasSubstr(service::kShanghai)));
  const Outcome some = Export({"--format", "csv", "--since", "2027-01-01",
                               "--exporter", service::kShanghai});
  EXPECT_EQ(std::count(some.out.begin(), some.out.end(), '\n'), 3);
  EXPECT_THAT(some.out, HasSubstr("Time (Beijing)"));
}

TEST_F(LogExportTest, JsonIsALineARecord) {
  const std::string to = pki_.folder() + "/a.jsonl";
  const Outcome run = Export({"--format", "jsonl", "-o", to});
  ASSERT_EQ(run.code, kSuccess) << run.err;
  const std::vector<std::string> lines = absl::StrSplit(ReadBytes(to), '\n');
  ASSERT_EQ(lines.size(), 15u);
  EXPECT_THAT(lines[0], AllOf(StartsWith("{\"id\":\"2026-000000000000-"),
                              EndsWith("}"), HasSubstr("keyChange")));
  EXPECT_EQ(Export({"--format", "jsonl", "-o", to}).code, kError);
}

TEST(CsvTextTest, NothingIsAFormulaANumberOrADate) {
  for (const char* text : {"=1+1",
                           "+1",
                           "-1",
                           "@SUM(A1)",
                           "\t=1",
                           "＝1",
                           "123456789012345678",
                           "00123",
                           "1E5",
                           "12e5",
                           "2026-11-21",
                           "1/2",
                           "10:30",
                           "50%",
                           "MAR1",
                           "mar-1",
                           "SEPT2",
                           "1 March 2026",
                           "Dec 25 2026",
                           "3月5日",
                           "2026年3月5日",
                           "3月",
                           "上午10时30分",
                           "10:30 PM",
                           "(5)",
                           "$5",
                           "¥5"}) {
    EXPECT_THAT(CsvText(text), StartsWith("'")) << text;
  }
  for (const char* text :
       {"91310000MA1K35X52M", "2026-000000000042-T", "订单", "a=b", "a-1", "E",
        "", "2026-000000000002-E", "身份证号、姓名", "MAR", "MARS1", "mar1x",
        "E5", "order-mar", "五月", "月结2026"}) {
    EXPECT_EQ(CsvText(text), text);
  }
  EXPECT_EQ(CsvText("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(CsvText("=cmd|' /C calc'!A0,"), "\"'=cmd|' /C calc'!A0,\"");
  EXPECT_THAT(CsvText("a\r\n=b"), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace tongguan::cli
