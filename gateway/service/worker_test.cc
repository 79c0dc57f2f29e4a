#include "gateway/service/worker.h"

#include <vector>

#include "gtest/gtest.h"

namespace tongguan::service {
namespace {

TEST(WorkerTest, RunsJobsInOrderAndAllBeforeItStops) {
  std::vector<int> ran;
  Worker worker;
  for (int i = 0; i < 100; ++i) worker.Run([&ran, i] { ran.push_back(i); });
  worker.Stop();
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
}

TEST(WorkerTest, AfterStopAJobRunsInTheCaller) {
  Worker worker;
  worker.Stop();
  worker.Stop();
  const auto caller = std::this_thread::get_id();
  std::thread::id ran;
  worker.Run([&ran] { ran = std::this_thread::get_id(); });
  EXPECT_EQ(ran, caller);
}

}  // namespace
}  // namespace tongguan::service
