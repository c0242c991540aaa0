// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A pool over several launchers: one that works, one that is missing, one that
// ends at once, one that never answers.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/pool/pool_test_bed.h"
#include "forkrpc/pool/worker_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PoolLaunchersTest : public testing::Test {
 protected:
  PoolLaunchersTest() {
    worker_ = bed_.options.program;
    bed_.options.program = SpawnOptions();
    bed_.options.max = 2;
    bed_.options.start = absl::ZeroDuration();
    bed_.options.restart.first_delay = absl::Milliseconds(10);
    bed_.options.restart.max_failures = 3;
    bed_.options.restart.pause = absl::Hours(1);
  }

  // A launcher as a command of the shell; "$0" is the worker.
  void Add(const std::string& name, const std::string& script, int max = 0) {
    PoolLauncher launcher;
    launcher.name = name;
    launcher.program.argv = {"sh", "-c", script, worker_.argv[0]};
    launcher.program.stderr_mode = StderrMode::kCapture;
    launcher.max = max;
    bed_.options.launchers.push_back(launcher);
  }
  void AddMissing(const std::string& name) {
    PoolLauncher launcher;
    launcher.name = name;
    launcher.program.argv = {"/no/such/launcher"};
    bed_.options.launchers.push_back(launcher);
  }

  static PoolCallOptions Idempotent() {
    PoolCallOptions options;
    options.idempotent = true;
    return options;
  }

  // How many errors of that scope name the launcher.
  size_t CountErrors(PoolError::Scope scope, const std::string& launcher) {
    return std::count_if(bed_.errors().begin(), bed_.errors().end(),
                         [&](const PoolError& error) {
                           return error.scope == scope &&
                                  error.launcher == launcher;
                         });
  }

  PoolTestBed bed_;
  SpawnOptions worker_;
};

TEST_F(PoolLaunchersTest, WorkersAreSharedOut) {
  bed_.options.max = 4;
  Add("a", "exec \"$0\"");
  Add("b", "exec \"$0\"");
  Gate gate("shared");
  for (int i = 0; i < 4; ++i) bed_.Call(absl::StrCat(i), gate.request());
  bed_.RunUntil([&] { return bed_.pool()->stats().in_flight == 4; });
  std::map<size_t, int> workers;
  for (const PoolWorkerInfo& info : bed_.pool()->workers()) {
    ++workers[info.launcher];
  }
  EXPECT_EQ(workers[0], 2);
  EXPECT_EQ(workers[1], 2);
  const std::vector<PoolLauncherInfo> launchers = bed_.pool()->launchers();
  ASSERT_EQ(launchers.size(), 2u);
  EXPECT_EQ(launchers[1].name, "b");
  EXPECT_EQ(launchers[1].serving, 2u);
  gate.Open(4);
  bed_.FinishAll();
}

TEST_F(PoolLaunchersTest, OneThatIsMissingLosesNoCall) {
  AddMissing("gone");
  Add("good", "exec \"$0\"");
  for (int i = 0; i < 50; ++i) {
    bed_.Call(absl::StrCat(i), absl::StrCat("echo ", i));
  }
  bed_.FinishAll();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(bed_.result(absl::StrCat(i)), absl::StrCat(i));
  }
  EXPECT_GE(CountErrors(PoolError::kWorker, "gone"), 1u);
  EXPECT_EQ(CountErrors(PoolError::kWorker, "good"), 0u);
  EXPECT_EQ(bed_.pool()->stats().lost, 0u);
  EXPECT_THAT(bed_.errors()[0].status.ToString(),
              HasSubstr("/no/such/launcher"));
}

TEST_F(PoolLaunchersTest, OneThatEndsAtOnceIsLeftAloneAndTheOtherServes) {
  Add("bad", "echo no route >&2; exit 255", /*max=*/1);
  Add("good", "exec \"$0\"", /*max=*/1);
  // Two are wanted all the time: the bad one is tried three times.
  bed_.options.idle = 2;
  for (int i = 0; CountErrors(PoolError::kLauncher, "bad") == 0; ++i) {
    ASSERT_LT(i, 100000);
    const std::string name = absl::StrCat(i);
    bed_.Call(name, absl::StrCat("echo ", name), Idempotent());
    EXPECT_EQ(bed_.Finish(name), name);
  }
  EXPECT_EQ(CountErrors(PoolError::kWorker, "bad"), 3u);
  EXPECT_EQ(CountErrors(PoolError::kPool, ""), 0u);
  EXPECT_THAT(bed_.errors().back().status.ToString(),
              AllOf(HasSubstr("launcher 'bad' is left alone"),
                    HasSubstr("no route"), HasSubstr("status 255")));
  EXPECT_FALSE(bed_.pool()->launchers()[0].broken.ok());
  EXPECT_TRUE(bed_.pool()->launchers()[1].broken.ok());
  const size_t before = bed_.errors().size();
  for (int i = 0; i < 20; ++i) {
    const std::string name = absl::StrCat("then ", i);
    bed_.Call(name, "echo served");
    EXPECT_EQ(bed_.Finish(name), "served");
  }
  EXPECT_EQ(bed_.errors().size(), before);
}

TEST_F(PoolLaunchersTest, WhenAllAreLeftAloneCallsFailAndNameEach) {
  AddMissing("gone");
  Add("bad", "echo no route >&2; exit 255");
  bed_.options.idle = 1;
  bed_.Call("a", "echo a", Idempotent());
  bed_.RunUntil([&] { return CountErrors(PoolError::kPool, "") == 1; });
  bed_.Call("b", "echo b");
  bed_.Finish("b");
  EXPECT_TRUE(absl::IsUnavailable(bed_.status("b")));
  EXPECT_THAT(
      bed_.result("b"),
      AllOf(HasSubstr("none of the 2 launchers can be used"),
            HasSubstr("launcher 'gone' is left alone"),
            HasSubstr("/no/such/launcher"),
            HasSubstr("launcher 'bad' is left alone"), HasSubstr("no route")));
  EXPECT_EQ(CountErrors(PoolError::kLauncher, "gone"), 1u);
  EXPECT_EQ(CountErrors(PoolError::kLauncher, "bad"), 1u);
  bed_.FinishAll();
}

TEST_F(PoolLaunchersTest, RestartTriesAllAgain) {
  const std::string file = FreshPath("mended");
  Add("bad", absl::StrCat("test -e ", file, " && exec \"$0\"; exit 1"));
  AddMissing("gone");
  bed_.options.idle = 1;
  bed_.Call("a", "echo a");
  bed_.RunUntil([&] { return CountErrors(PoolError::kPool, "") == 1; });
  ASSERT_EQ(std::system(absl::StrCat("touch ", file).c_str()), 0);
  bed_.pool()->Restart();
  bed_.Call("b", "echo b", Idempotent());
  EXPECT_EQ(bed_.Finish("b"), "b");
  bed_.FinishAll();
}

TEST_F(PoolLaunchersTest, AKilledWorkerLosesItsOwnCallsOnly) {
  Add("a", "exec \"$0\"", /*max=*/1);
  Add("b", "exec \"$0\"", /*max=*/1);
  Gate gate("killed");
  bed_.Call("one", gate.request());
  bed_.Call("two", gate.request());
  bed_.RunUntil([&] { return bed_.pool()->stats().in_flight == 2; });
  const std::vector<PoolWorkerInfo> workers = bed_.pool()->workers();
  ASSERT_EQ(workers.size(), 2u);
  // The calls went to the workers in the order of both.
  ASSERT_EQ(kill(workers[1].id.pid, SIGKILL), 0);
  bed_.Finish("two");
  EXPECT_TRUE(absl::IsUnavailable(bed_.status("two")));
  EXPECT_FALSE(bed_.ended("one"));
  gate.Open();
  EXPECT_EQ(bed_.Finish("one"), "waited");
  EXPECT_EQ(CountErrors(PoolError::kWorker, "b"), 1u);
  EXPECT_EQ(CountErrors(PoolError::kWorker, "a"), 0u);
  // It may be started again.
  bed_.Call("three", gate.request());
  bed_.Call("four", gate.request());
  bed_.RunUntil([&] { return bed_.pool()->stats().in_flight == 2; });
  gate.Open(2);
  bed_.FinishAll();
  EXPECT_EQ(bed_.result("three"), "waited");
  EXPECT_EQ(bed_.result("four"), "waited");
}

// Behind the second launcher a half-close ends both directions.
TEST_F(PoolLaunchersTest, EachHasItsOwnDrain) {
  Add("direct", "exec \"$0\"", /*max=*/1);
  Add("cutting", "exec cc/forkrpc/client/cutting_launcher \"$0\"", /*max=*/1);
  bed_.options.launchers[1].drain.emplace().mode = DrainMode::kAnswersFirst;
  Gate gate("drains");
  bed_.Call("one", gate.request());
  bed_.Call("two", gate.request());
  bed_.RunUntil([&] { return bed_.pool()->stats().in_flight == 2; });
  bed_.FinishTurn();
  bed_.DestroyPool();
  gate.Open(2);
  EXPECT_EQ(bed_.Finish("one"), "waited");
  EXPECT_EQ(bed_.Finish("two"), "waited");
  bed_.RunUntil([&] { return bed_.destroyed(); });
}

// Statuses of a pool without launchers say what they did.
TEST_F(PoolLaunchersTest, WithoutLaunchersNoneIsNamed) {
  bed_.options.program.argv = {"/no/such/program"};
  bed_.options.restart.max_failures = 1;
  bed_.Call("a", "echo a");
  bed_.Finish("a");
  EXPECT_THAT(bed_.result("a"), Not(HasSubstr("launcher")));
  EXPECT_EQ(CountErrors(PoolError::kLauncher, ""), 0u);
  EXPECT_EQ(CountErrors(PoolError::kPool, ""), 1u);
  EXPECT_EQ(bed_.pool()->launchers().size(), 1u);
}

}  // namespace
}  // namespace forkrpc
