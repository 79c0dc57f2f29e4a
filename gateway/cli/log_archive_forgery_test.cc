// Archives as whoever wants to deceive would make them: their manifest fits,
// what it names does not.
#include <filesystem>
#include <functional>
#include <map>

#include "gateway/archive/archive.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/log_testing.h"
#include "gateway/ledger/id.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

class ArchiveForgeryTest : public LogVerifyTest {
 protected:
  void SetUp() override {
    LogVerifyTest::SetUp();
    zip_ = pki_.folder() + "/a.zip";
  }
  // An archive of all, its files changed; the manifest is made to fit.
  void Forge(
      const std::function<void(std::map<std::string, std::string>*)>& change) {
    std::filesystem::remove(zip_);
    ASSERT_EQ(RunCli({"log", "export", "--ledger", log_, "-o", zip_}).code,
              kSuccess);
    archive::Manifest manifest;
    std::map<std::string, std::string> files;
    {
      const auto archive = *archive::Reader::Open(zip_);
      manifest = archive->manifest();
      for (const archive::File& file : manifest.files) {
        files[file.name] = *archive->Read(file.name);
      }
    }
    change(&files);
    manifest.files.clear();
    std::filesystem::remove(zip_);
    auto zip = *archive::ZipWriter::Create(zip_);
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

  std::string zip_;
};

TEST_F(ArchiveForgeryTest, EntriesThatDoNotBelongAreRefused) {
  Forge([](auto*) {});
  EXPECT_EQ(VerifyAt(zip_).code, kSuccess) << VerifyAt(zip_).out;
  for (const char* name :
       {"proof/../../../../x", "proof/000001", "records/../../x",
        "records/000000000014", "proof/\x1b[2J"}) {
    Forge([&](auto* files) { (*files)[name] = ""; });
    ExpectBrokenBy(VerifyAt(zip_), "does not belong");
  }
  const std::string part = "what no policy names";
  Forge([&](auto* files) {
    (*files)[archive::PartName(DigestBytes(Sha256(part)))] = part;
  });
  ExpectBrokenBy(VerifyAt(zip_), "does not belong");
}

// Whoever explains a decision from an archive relies on it.
TEST_F(ArchiveForgeryTest, ADecisionThatIsNotInTheLogIsNotExplained) {
  Forge([this](auto* files) {
    std::string& records = (*files)["records/000000000000"];
    std::string forged;
    for (absl::string_view rest = records; !rest.empty();) {
      const auto number = [&rest](size_t bytes) {
        uint64_t value = 0;
        for (size_t i = 0; i < bytes; ++i) {
          value = value << 8 | static_cast<uint8_t>(rest[i]);
        }
        rest.remove_prefix(bytes);
        return value;
      };
      const std::string head(rest.data(), 8);
      const uint64_t index = number(8), length = number(4);
      v1::DecisionRecord record;
      ASSERT_TRUE(record.ParseFromArray(rest.data(), static_cast<int>(length)));
      rest.remove_prefix(length);
      if (ledger::FormatId({record.year(), index}) == last_) {
        record.mutable_verdict()
            ->mutable_flow()
            ->mutable_recipient()
            ->set_organization_id("EVIL-CORP-ABROAD");
      }
      const std::string bytes = record.SerializeAsString();
      forged += head;
      for (int shift = 24; shift >= 0; shift -= 8) {
        forged.push_back(static_cast<char>(bytes.size() >> shift));
      }
      forged += bytes;
    }
    records = forged;
  });
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--public-key", key_}, {"-o", "json"}}) {
    std::vector<std::string> args = {"explain", last_, "--archive", zip_};
    args.insert(args.end(), more.begin(), more.end());
    const Outcome run = RunCli(args);
    EXPECT_EQ(run.code, kBroken) << run.out;
    EXPECT_THAT(run.out, testing::Not(HasSubstr("EVIL")));
  }
  Forge([](auto*) {});
  EXPECT_EQ(
      RunCli({"explain", last_, "--archive", zip_, "--public-key", key_}).code,
      kSuccess);
  EXPECT_EQ(RunCli({"explain", last_, "--archive", zip_}).code, kIncomplete);
  // By the key of another log.
  const std::string other = pki_.folder() + "/other.key";
  ASSERT_EQ(
      RunCli({"log", "keygen", other, "--origin", "example.cn/other"}).code,
      kSuccess);
  EXPECT_EQ(RunCli({"explain", last_, "--archive", zip_, "--public-key",
                    PublicKeyFile(other)})
                .code,
            kBroken);
}

TEST_F(ArchiveForgeryTest, APageThatIsMissingOrReplacedIsSaid) {
  Forge([](auto* files) { files->erase(archive::kPageName); });
  ExpectBrokenBy(VerifyAt(zip_), "no README.html");
  Forge([](auto* files) {
    (*files)[archive::kPageName] = "<p>Everything is sound.</p>";
  });
  const Outcome run = VerifyAt(zip_);
  EXPECT_EQ(run.code, kIncomplete) << run.out;
  EXPECT_THAT(run.out, HasSubstr("it was replaced"));
}

}  // namespace
}  // namespace tongguan::cli
