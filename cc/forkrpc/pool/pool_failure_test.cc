// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Workers that end, fail to start, hang or keep failing.

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/pool/pool_test_bed.h"
#include "forkrpc/pool/worker_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

PoolCallOptions Idempotent() {
  PoolCallOptions options;
  options.idempotent = true;
  return options;
}

PoolCallOptions In(absl::Duration timeout) {
  PoolCallOptions options;
  options.deadline = MonotonicNow() + timeout;
  return options;
}

TEST(PoolFailureTest, ADeadWorkerFailsOnlyItsOwnCallsAndIsReplaced) {
  PoolTestBed bed;
  bed.options.max = 2;
  Gate gate("dead");
  bed.Call("a", gate.request());
  bed.Call("b", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 2; });
  const PoolWorkerId victim = bed.pool()->workers()[0].id;
  ASSERT_EQ(kill(victim.pid, SIGKILL), 0);
  bed.Finish("a");
  EXPECT_TRUE(absl::IsUnavailable(bed.status("a")));
  EXPECT_THAT(bed.result("a"),
              AllOf(HasSubstr("with worker 1 of the pool"),
                    HasSubstr(absl::StrCat("pid ", victim.pid)),
                    HasSubstr("signal 9")));
  gate.Open();
  EXPECT_EQ(bed.Finish("b"), "waited");
  for (const char* name : {"c", "d"}) bed.Call(name, gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 2; });
  gate.Open(2);
  bed.FinishAll();
  ASSERT_EQ(bed.errors().size(), 1u);
  const PoolError& error = bed.errors()[0];
  EXPECT_EQ(error.scope, PoolError::kWorker);
  EXPECT_EQ(error.worker.number, 1u);
  EXPECT_EQ(error.worker.pid, victim.pid);
  EXPECT_EQ(error.exit_status, ExitStatus::Signalled(SIGKILL, false));
  EXPECT_EQ(bed.pool()->stats().failed, 1u);
  EXPECT_EQ(bed.pool()->stats().lost, 1u);
}

TEST(PoolFailureTest, SaysWhatTheWorkerSaidLast) {
  PoolTestBed bed;
  bed.Call("a", "complain the disk is full");
  bed.Finish("a");
  EXPECT_THAT(bed.result("a"), AllOf(HasSubstr("exited with status 7"),
                                     HasSubstr("the disk is full")));
  bed.RunUntil([&] { return !bed.errors().empty(); });
  EXPECT_EQ(bed.errors()[0].stderr_tail, "the disk is full\n");
}

TEST(PoolFailureTest, AnIdempotentCallIsTriedAgainAnOrdinaryOneIsNot) {
  PoolTestBed bed;
  const std::string once = FreshPath("once");
  bed.Call("again", "die-once " + once, Idempotent());
  EXPECT_EQ(bed.Finish("again"), "lived");
  EXPECT_EQ(bed.pool()->stats().retried, 1u);
  EXPECT_EQ(bed.pool()->stats().lost, 0u);
  unlink(once.c_str());
  bed.Call("not again", "die-once " + once);
  bed.Finish("not again");
  EXPECT_TRUE(absl::IsUnavailable(bed.status("not again")));
  EXPECT_EQ(bed.pool()->stats().retried, 1u);
  unlink(once.c_str());
}

TEST(PoolFailureTest, ACallIsNotGivenToMoreWorkersThanItMay) {
  PoolTestBed bed;
  bed.options.max_attempts = 3;
  bed.Call("deadly", "exit 5", Idempotent());
  bed.Finish("deadly");
  EXPECT_EQ(bed.pool()->stats().started, 3u);
  EXPECT_THAT(bed.result("deadly"), AllOf(HasSubstr("attempt 3 of 3"),
                                          HasSubstr("exited with status 5")));
}

TEST(PoolFailureTest, AWorkerThatEndsByItselfAfterItsWorkIsReplaced) {
  PoolTestBed bed;
  bed.options.idle = 1;
  bed.Call("a", "pid");
  bed.Finish("a");
  bed.Call("end", "exit 0");
  bed.Finish("end");
  EXPECT_THAT(bed.result("end"), HasSubstr("exited with status 0"));
  bed.RunUntil([&] { return bed.pool()->stats().idle == 1; });
  bed.Call("b", "pid");
  EXPECT_NE(bed.Finish("b"), bed.result("a"));
}

TEST(PoolFailureTest, ACrashLoopFailsWhatWaitsWithOneClearStatus) {
  PoolTestBed bed;
  bed.options.program.argv.push_back(FreshPath("never"));
  bed.options.max = 1;
  bed.options.restart.max_failures = 4;
  for (int i = 0; i < 20; ++i) bed.Call(absl::StrCat(i), "echo");
  bed.FinishAll();
  // Those that were given to a worker name it, the others the loop.
  int named = 0;
  int looped = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string result = bed.result(absl::StrCat(i));
    EXPECT_TRUE(absl::IsUnavailable(bed.status(absl::StrCat(i)))) << result;
    EXPECT_THAT(result, AllOf(HasSubstr("exited with status 3"),
                              HasSubstr("no file to start with")));
    const bool is_loop = result.find("keep failing: 4") != std::string::npos;
    (is_loop ? looped : named) += 1;
  }
  EXPECT_EQ(named, 4);
  EXPECT_EQ(looped, 16);
  bed.Call("later", "echo");
  bed.Finish("later");
  EXPECT_THAT(bed.result("later"), HasSubstr("keep failing"));
  EXPECT_EQ(bed.pool()->stats().started, 4u);
  int pool_errors = 0;
  for (const PoolError& error : bed.errors()) {
    pool_errors += error.scope == PoolError::kPool;
  }
  EXPECT_EQ(pool_errors, 1);
}

// A file that lets the workers start.
class Permission {
 public:
  Permission() : path_(FreshPath("permission")) {}
  ~Permission() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }
  void Give() { fclose(fopen(path_.c_str(), "w")); }

 private:
  const std::string path_;
};

TEST(PoolFailureTest, AfterTheCauseIsMendedItRecoversByItself) {
  PoolTestBed bed;
  Permission permission;
  bed.options.program.argv.push_back(permission.path());
  bed.options.restart.pause = absl::Milliseconds(30);
  bed.options.max = 1;
  bed.options.idle = 1;
  bed.pool();
  bed.RunUntil([&] {
    return !bed.errors().empty() &&
           bed.errors().back().scope == PoolError::kPool;
  });
  permission.Give();
  bed.RunUntil([&] { return bed.pool()->stats().idle == 1; });
  bed.Call("a", "echo yes");
  EXPECT_EQ(bed.Finish("a"), "yes");
}

TEST(PoolFailureTest, RestartEndsThePause) {
  PoolTestBed bed;
  Permission permission;
  bed.options.program.argv.push_back(permission.path());
  bed.options.restart.pause = absl::Hours(1);
  bed.options.restart.max_failures = 1;
  bed.Call("a", "echo");
  bed.Finish("a");
  permission.Give();
  bed.RunUntil([&] { return bed.pool()->workers().empty(); });
  bed.Call("still", "echo");
  bed.Finish("still");
  EXPECT_THAT(bed.result("still"), HasSubstr("none is started for 1h"));
  bed.pool()->Restart();
  bed.Call("b", "echo yes");
  EXPECT_EQ(bed.Finish("b"), "yes");
}

TEST(PoolFailureTest, WhileOneThatHasProvedItselfServesNothingFails) {
  PoolTestBed bed;
  Permission permission;
  permission.Give();
  bed.options.program.argv.push_back(permission.path());
  bed.options.max = 2;
  bed.options.restart.max_failures = 1;
  bed.options.restart.pause = absl::Hours(1);
  bed.Call("first", "echo");
  bed.Finish("first");
  unlink(permission.path().c_str());
  Gate gate("proved");
  bed.Call("a", gate.request());
  bed.Call("b", "echo b");  // for the second worker, which cannot start
  bed.Call("c", "echo c");
  bed.RunUntil([&] { return bed.errors().size() == 2; });
  EXPECT_EQ(bed.errors()[1].scope, PoolError::kPool);
  bed.Call("d", "echo d");
  gate.Open();
  EXPECT_EQ(bed.Finish("d"), "d");
  EXPECT_EQ(bed.result("c"), "c");
  EXPECT_THAT(bed.result("b"), HasSubstr("worker 2 of the pool"));
}

TEST(PoolFailureTest, AProgramThatIsMissingIsSaidSo) {
  PoolTestBed bed;
  bed.options.program.argv = {"./no-such-worker"};
  bed.options.restart.max_failures = 3;
  bed.Call("a", "echo");
  bed.Finish("a");
  EXPECT_TRUE(absl::IsUnavailable(bed.status("a")));
  EXPECT_THAT(bed.result("a"),
              AllOf(HasSubstr("keep failing: 3"), HasSubstr("no-such-worker")));
  bed.RunUntil([&] { return bed.errors().size() == 4; });
  EXPECT_TRUE(absl::IsNotFound(bed.errors()[0].status));
  EXPECT_EQ(bed.errors()[3].scope, PoolError::kPool);
  EXPECT_EQ(bed.pool()->stats().started, 0u);
}

TEST(PoolFailureTest, ACallBeyondItsDeadlineCanBeKilled) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.load = 3;
  bed.options.kill_on_deadline = true;
  bed.options.kill_grace = absl::Hours(1);
  Gate gate("kill");
  bed.Call("late", gate.request(), In(absl::Milliseconds(20)));
  bed.Call("sharing", "echo sharing");
  bed.Call("sharing, idempotent", "echo again", Idempotent());
  bed.FinishAll();
  EXPECT_TRUE(absl::IsDeadlineExceeded(bed.status("late")));
  EXPECT_THAT(bed.result("late"), HasSubstr("the worker is killed"));
  EXPECT_TRUE(absl::IsUnavailable(bed.status("sharing")));
  EXPECT_THAT(bed.result("sharing"),
              AllOf(HasSubstr("killed: call 1 had exceeded its deadline"),
                    HasSubstr("signal 15")));
  EXPECT_EQ(bed.result("sharing, idempotent"), "again");
  const PoolStats stats = bed.pool()->stats();
  EXPECT_EQ(stats.killed, 1u);
  EXPECT_EQ(stats.failed, 0u) << "it did nothing by itself";
  EXPECT_EQ(stats.lost, 1u);
  EXPECT_TRUE(bed.errors().empty());
}

TEST(PoolFailureTest, AWorkerThatIgnoresTheFirstSignalGetsTheSecond) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.load = 2;
  bed.options.kill_on_deadline = true;
  bed.options.kill_grace = absl::Milliseconds(10);
  bed.Call("stubborn", "stubborn");
  bed.Finish("stubborn");
  Gate gate("stubborn");
  bed.Call("late", gate.request(), In(absl::Milliseconds(5)));
  bed.Call("sharing", "echo");
  bed.FinishAll();
  EXPECT_TRUE(absl::IsDeadlineExceeded(bed.status("late")));
  EXPECT_THAT(bed.result("sharing"),
              AllOf(HasSubstr("signal 9"), Not(HasSubstr("signal 15"))));
}

TEST(PoolFailureTest, WithoutItsWorkerACallNobodyWaitsForIsForgotten) {
  PoolTestBed bed;
  bed.options.max = 1;
  Gate gate("forgotten");
  const PoolCallId call = bed.Call("a", gate.request(), Idempotent());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  bed.FinishTurn();
  EXPECT_TRUE(bed.pool()->Cancel(call).ok());
  bed.Finish("a");
  ASSERT_EQ(kill(bed.pool()->workers()[0].id.pid, SIGKILL), 0);
  bed.RunUntil([&] { return bed.pool()->stats().failed == 1; });
  EXPECT_EQ(bed.pool()->stats().in_flight, 0u);
  EXPECT_EQ(bed.pool()->stats().retried, 0u);
  bed.Call("b", "echo b");
  EXPECT_EQ(bed.Finish("b"), "b");
}

}  // namespace
}  // namespace forkrpc
