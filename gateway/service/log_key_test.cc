#include "gateway/service/log_key.h"

#include <sys/stat.h>

#include <cstdio>

#include "gateway/service/append.h"
#include "gateway/service/server_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

using testing::HasSubstr;

class LogKeyTest : public ServerTest {
 protected:
  std::string path() const { return config_.ledger() + ".key"; }
  absl::Status Started() {
    server_ = nullptr;
    auto started = TryStart();
    if (!started.ok()) return started.status();
    server_ = *std::move(started);
    return absl::OkStatus();
  }
  static LogKey Make(const std::string& file, const std::string& origin) {
    auto key =
        journal::SigningKey::Generate(origin, journal::Algorithm::kEd25519);
    EXPECT_TRUE(key->Write(file).ok());
    return std::make_shared<const journal::SigningKey>(*key);
  }
  // The last record that names a key; with the server stopped.
  v1::KeyChangeRecord LastChange(const LogKey& key) {
    auto ledger = ledger::OpenSqliteLedger(
        {.path = config_.ledger(), .key = key}, [] { return TestNow(); });
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    return LastOwn(kKeyIndexKey, **ledger)->key_change();
  }
};

TEST_F(LogKeyTest, AFirstStartMakesAKeyAndNamesItInTheFirstRecord) {
  config_.set_origin("example.cn/tongguan/a");
  ASSERT_TRUE(Started().ok());
  EXPECT_EQ(server_->new_log_key(), path());
  ASSERT_TRUE(Started().ok());
  EXPECT_EQ(server_->new_log_key(), "");
  server_ = nullptr;
  const auto key = journal::SigningKey::Read(path());
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->origin(), "example.cn/tongguan/a");
  auto ledger = ledger::OpenSqliteLedger(
      {.path = config_.ledger(),
       .key = std::make_shared<const journal::SigningKey>(*key)},
      [] { return TestNow(); });
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  v1::DecisionRecord first;
  ASSERT_TRUE(first.ParseFromString((*ledger)->Read(0)->record));
  EXPECT_EQ(first.key_change().origin(), "example.cn/tongguan/a");
  EXPECT_EQ(first.key_change().key(), key->public_key().ToString());
  EXPECT_EQ(first.key_change().previous_key(), "");
  EXPECT_EQ((*ledger)->size(), 2u);  // And the policy's activation.
}

TEST_F(LogKeyTest, WithoutAnOriginANewKeyHasOneOfItsOwn) {
  ASSERT_TRUE(Started().ok());
  EXPECT_THAT(journal::SigningKey::Read(path())->origin(),
              HasSubstr("tongguan.local/"));
}

TEST_F(LogKeyTest, ALedgerWhoseKeyIsMissingIsRefused) {
  ASSERT_TRUE(Started().ok());
  server_ = nullptr;
  ASSERT_EQ(rename(path().c_str(), (path() + ".old").c_str()), 0);
  const absl::Status refused = Started();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("put the key back"));
  ASSERT_EQ(rename((path() + ".old").c_str(), path().c_str()), 0);
  EXPECT_TRUE(Started().ok());
}

TEST_F(LogKeyTest, AnotherKeyThanTheLogsIsRefused) {
  ASSERT_TRUE(Started().ok());
  server_ = nullptr;
  const std::string origin = journal::SigningKey::Read(path())->origin();
  config_.set_log_key(pki_.folder() + "/other.key");
  Make(config_.log_key(), origin);
  EXPECT_THAT(std::string(Started().message()), HasSubstr("rotate-key"));
}

TEST_F(LogKeyTest, AnotherOriginThanTheKeysIsRefused) {
  ASSERT_TRUE(Started().ok());
  server_ = nullptr;
  config_.set_origin("example.cn/other");
  EXPECT_THAT(std::string(Started().message()),
              HasSubstr("a log keeps its origin"));
}

TEST_F(LogKeyTest, AKeyThatOthersMayReadIsRefused) {
  ASSERT_TRUE(Started().ok());
  server_ = nullptr;
  chmod(path().c_str(), 0644);
  EXPECT_EQ(Started().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(LogKeyTest, ARotatedKeyIsNamedUnderTheOldOnesSignature) {
  ASSERT_TRUE(Started().ok());
  server_ = nullptr;
  const auto old_key = std::make_shared<const journal::SigningKey>(
      *journal::SigningKey::Read(path()));
  config_.set_log_key(pki_.folder() + "/next.key");
  const LogKey next = Make(config_.log_key(), old_key->origin());
  ASSERT_TRUE(RotateLogKey(config_.ledger(), old_key, *next, clock_).ok());
  const v1::KeyChangeRecord change = LastChange(old_key);
  EXPECT_EQ(change.key(), next->public_key().ToString());
  EXPECT_EQ(change.previous_key(), old_key->public_key().ToString());
  EXPECT_TRUE(Started().ok());
  config_.clear_log_key();
  EXPECT_THAT(std::string(Started().message()), HasSubstr("rotate-key"));
}

TEST_F(LogKeyTest, RotatingRefusesAnotherOriginASecondUseAndAnSm2Key) {
  ASSERT_TRUE(Started().ok());
  server_ = nullptr;
  const auto old_key = std::make_shared<const journal::SigningKey>(
      *journal::SigningKey::Read(path()));
  const auto rotate = [&](const std::string& origin,
                          journal::Algorithm algorithm) {
    return RotateLogKey(config_.ledger(), old_key,
                        *journal::SigningKey::Generate(origin, algorithm),
                        clock_);
  };
  EXPECT_FALSE(rotate("example.cn/b", journal::Algorithm::kEd25519).ok());
  EXPECT_FALSE(rotate(old_key->origin(), journal::Algorithm::kSm2).ok());
  EXPECT_TRUE(rotate(old_key->origin(), journal::Algorithm::kEd25519).ok());
  EXPECT_FALSE(rotate(old_key->origin(), journal::Algorithm::kEd25519).ok());
  EXPECT_EQ(
      RotateLogKey(config_.ledger() + "x", old_key, *old_key, clock_).code(),
      absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tongguan::service
