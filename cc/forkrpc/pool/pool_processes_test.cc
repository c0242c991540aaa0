// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How many processes a pool has, whatever becomes of them, and how workers end
// that would not end by themselves.

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Our own, zombies included: as the kernel says, not the pool.
size_t ChildProcesses() {
  size_t children = 0;
  DIR* const proc = opendir("/proc");
  if (proc == nullptr) return 0;
  while (const dirent* const entry = readdir(proc)) {
    std::ifstream file(absl::StrCat("/proc/", entry->d_name, "/stat"));
    std::string line;
    if (!std::getline(file, line)) continue;
    // The name may have blanks in it, but what follows it has no parenthesis.
    const char* rest = line.c_str() + (line.rfind(')') + 1);
    char state = 0;
    int parent = 0;
    if (sscanf(rest, " %c %d", &state, &parent) == 2 && parent == getpid()) {
      ++children;
    }
  }
  closedir(proc);
  return children;
}

PoolCallOptions In(absl::Duration timeout) {
  PoolCallOptions options;
  options.timeout = timeout;
  return options;
}

// A shell that runs the worker with `before` and `after` it.
std::vector<std::string> Wrapped(absl::string_view before,
                                 absl::string_view after) {
  return {"/bin/sh", "-c",
          absl::StrCat(before, "cc/forkrpc/pool/test_worker", after)};
}

// Interpreters take their time to end.
TEST(PoolProcessesTest, ThoseThatTakeTheirTimeToEndCount) {
  PoolTestBed bed;
  bed.options.program.argv = Wrapped("", "; sleep 0.05");
  bed.options.max = 2;
  bed.options.recycle.max_calls = 1;
  size_t most = 0;
  bed.on_end = [&](const std::string&) {
    most = std::max(most, ChildProcesses());
  };
  for (int i = 0; i < 40; ++i) {
    bed.Call(absl::StrCat(i), absl::StrCat("echo ", i));
  }
  bed.FinishAll();
  EXPECT_EQ(bed.result("39"), "39");
  EXPECT_GE(most, 2u);
  EXPECT_LE(most, 4u) << "max_processes is twice max";
  EXPECT_EQ(bed.pool()->stats().failed, 0u);
}

TEST(PoolProcessesTest, ThoseThatWereKilledAndDoNotEndCount) {
  PoolTestBed bed;
  bed.options.program.argv = Wrapped("trap '' TERM; exec ", "");
  bed.options.max = 2;
  bed.options.max_processes = 3;
  bed.options.kill_on_deadline = true;
  bed.options.kill_grace = absl::Milliseconds(200);
  bed.options.restart.max_failures = 1000;
  bed.options.restart.max_delay = absl::Milliseconds(1);
  Gate gate("killed");
  size_t most = 0;
  int calls = 0;
  bed.on_end = [&](const std::string&) {
    most = std::max(most, ChildProcesses());
    if (++calls > 60) return;
    bed.Call(absl::StrCat(calls), gate.request(), In(absl::Milliseconds(5)));
  };
  bed.Call("a", gate.request(), In(absl::Milliseconds(5)));
  bed.Call("b", gate.request(), In(absl::Milliseconds(5)));
  bed.FinishAll();
  EXPECT_LE(most, 3u);
  EXPECT_GE(bed.pool()->stats().killed, 2u);
}

TEST(PoolProcessesTest, CallsThatHangDoNotOccupyThePoolForGood) {
  PoolTestBed bed;
  bed.options.max = 2;
  bed.options.hung_grace = absl::Milliseconds(50);
  Gate gate("hung");
  // What has expired before its worker was there is not written to it.
  for (const char* name : {"a", "b"}) {
    bed.Call(name, gate.request(), In(absl::Milliseconds(500)));
  }
  bed.FinishAll();
  EXPECT_EQ(bed.pool()->stats().hung, 2u);
  for (const PoolWorkerInfo& worker : bed.pool()->workers()) {
    EXPECT_TRUE(worker.hung);
    EXPECT_EQ(worker.state, WorkerState::kServing);
  }
  EXPECT_THAT(bed.errors(), IsEmpty());
  bed.Call("next", "echo next");
  EXPECT_EQ(bed.Finish("next"), "next");
  bed.RunUntil([&] { return bed.errors().size() == 2; });
  const PoolError& error = bed.errors()[0];
  EXPECT_EQ(error.scope, PoolError::kWorker);
  EXPECT_TRUE(absl::IsDeadlineExceeded(error.status));
  EXPECT_THAT(std::string(error.status.message()),
              AllOf(HasSubstr(absl::StrCat("worker ", error.worker.number,
                                           " (pid ", error.worker.pid)),
                    HasSubstr("was killed"), HasSubstr("hung_grace, 50ms")));
  EXPECT_THAT(error.lost_calls, IsEmpty()) << "nobody waited for them";
  EXPECT_EQ(bed.pool()->stats().killed, 2u);
  EXPECT_EQ(bed.pool()->stats().hung, 0u);
}

TEST(PoolProcessesTest, RetiringHasAnEndAndNamesTheCallsThatAreLost) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.load = 2;
  bed.options.retire_grace = absl::Milliseconds(30);
  Gate gate("retire");
  const PoolCallId a = bed.Call("a", gate.request());
  const PoolCallId b = bed.Call("b", "echo b");
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 2; });
  bed.pool()->RetireAll();
  EXPECT_EQ(bed.pool()->stats().retiring, 1u);
  bed.FinishAll();
  for (const char* name : {"a", "b"}) {
    EXPECT_TRUE(absl::IsUnavailable(bed.status(name)));
    EXPECT_THAT(bed.result(name), AllOf(HasSubstr("was lost with worker 1"),
                                        HasSubstr("retire_grace, 30ms")));
  }
  bed.RunUntil([&] { return bed.errors().size() == 1; });
  EXPECT_THAT(bed.errors()[0].lost_calls, ElementsAre(a, b));
  EXPECT_THAT(std::string(bed.errors()[0].status.message()),
              AllOf(HasSubstr("retire_grace, 30ms"),
                    HasSubstr(absl::StrCat("2 calls were lost with it: ", a,
                                           ", ", b))));
}

TEST(PoolProcessesTest, AMemoryLimitThatNoProgramKeepsIsACrashLoop) {
  PoolTestBed bed;
  bed.options.max = bed.options.idle = 1;
  bed.options.recycle.max_resident_octets = 1;
  bed.options.recycle.memory_interval = absl::Milliseconds(1);
  bed.options.restart.max_failures = 3;
  bed.options.restart.pause = absl::Hours(1);
  bed.pool();
  bed.RunUntil([&] {
    return bed.errors().size() == 1 && bed.pool()->workers().empty();
  });
  EXPECT_EQ(bed.errors()[0].scope, PoolError::kPool);
  EXPECT_THAT(std::string(bed.errors()[0].status.message()),
              HasSubstr("recycle.max_resident_octets is 1"));
  EXPECT_EQ(bed.pool()->stats().started, 3u);
}

TEST(PoolProcessesTest, AnExpiredCallReachesNoWorkerAndKillsNone) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.load = 2;
  bed.options.kill_on_deadline = true;
  bed.Call("before", "pid");
  bed.Finish("before");
  bed.Call("late", "exit 1", In(-absl::Seconds(1)));
  PoolCallOptions deadline;
  deadline.deadline = MonotonicNow();
  bed.Call("later", "exit 1", deadline);
  bed.FinishAll();
  for (const char* name : {"late", "later"}) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(bed.status(name)));
    EXPECT_THAT(bed.result(name), HasSubstr("had passed when it was made"));
  }
  bed.Call("after", "pid");
  EXPECT_EQ(bed.Finish("after"), bed.result("before"));
  EXPECT_EQ(bed.pool()->stats().killed, 0u);
}

TEST(PoolProcessesTest, WhatExpiresInTheQueueKillsNone) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.kill_on_deadline = true;
  Gate gate("expires");
  bed.Call("working", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  bed.Call("late", "exit 1", In(absl::Milliseconds(5)));
  bed.Finish("late");
  gate.Open();
  EXPECT_EQ(bed.Finish("working"), "waited");
  EXPECT_EQ(bed.pool()->stats().killed, 0u);
}

TEST(PoolProcessesTest, ALostCallIsCountedWhenItsCallbackRuns) {
  PoolTestBed bed;
  PoolStats stats;
  bed.on_end = [&](const std::string&) { stats = bed.pool()->stats(); };
  bed.Call("lost", "exit 3");
  bed.Finish("lost");
  EXPECT_EQ(stats.failed, 1u);
  EXPECT_EQ(stats.lost, 1u);
  EXPECT_EQ(stats.dying, 1u);
  EXPECT_EQ(stats.processes, 1u);
}

TEST(PoolProcessesTest, TheErrorNamesAllCallsThatWereLostWithAWorker) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.load = 20;
  PoolCallOptions idempotent;
  idempotent.idempotent = true;
  std::vector<PoolCallId> lost;
  Gate gate("lost");
  for (int i = 0; i < 12; ++i) {
    lost.push_back(bed.Call(absl::StrCat(i), gate.request()));
  }
  bed.Call("again", "echo again", idempotent);
  const PoolCallId cancelled = bed.Call("cancelled", "echo");
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 14; });
  EXPECT_TRUE(bed.pool()->Cancel(cancelled).ok());
  ASSERT_EQ(kill(bed.pool()->workers()[0].id.pid, SIGKILL), 0);
  bed.FinishAll();
  ASSERT_EQ(bed.errors().size(), 1u);
  EXPECT_EQ(bed.errors()[0].lost_calls, lost);
  EXPECT_THAT(std::string(bed.errors()[0].status.message()),
              HasSubstr("12 calls were lost with it: 1, 2, 3, 4, 5, 6, 7, 8, "
                        "9, 10, ..."));
  EXPECT_EQ(bed.result("again"), "again");
}

TEST(PoolProcessesTest, TenThousandCallsInALoopAreMade) {
  PoolTestBed bed;
  for (int i = 0; i < 10000; ++i) {
    EXPECT_NE(bed.Call(absl::StrCat(i), absl::StrCat("echo ", i)), 0u);
  }
  bed.FinishAll();
  EXPECT_EQ(bed.pool()->stats().answered, 10000u);
  EXPECT_EQ(bed.result("9999"), "9999");
}

TEST(PoolProcessesTest, SaysOnceWhenThereIsRoomForWhatWasRefused) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.max_queue_octets = 100;
  int rooms = 0;
  bed.options.on_room = [&] {
    ++rooms;
    EXPECT_NE(bed.Call("retried", std::string("echo ") + std::string(60, 'r')),
              0u);
  };
  Gate gate("room");
  bed.Call("working", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  bed.Call("waits", std::string("echo ") + std::string(60, 'w'));
  for (const char* name : {"refused", "refused too"}) {
    EXPECT_EQ(bed.Call(name, std::string("echo ") + std::string(60, 'x')), 0u);
    bed.Finish(name);
    EXPECT_TRUE(absl::IsResourceExhausted(bed.status(name)));
  }
  EXPECT_EQ(rooms, 0);
  gate.Open();
  bed.RunUntil([&] { return rooms > 0; });
  bed.FinishAll();
  EXPECT_EQ(bed.result("retried"), std::string(60, 'r'));
  EXPECT_EQ(rooms, 1);
}

// The kernel, or a host that reaps all its children, may have taken the status
// of a worker that was told to end: that is no failure.
TEST(PoolProcessesTest, WhereNobodyKnowsHowWorkersEndRecyclingIsNoFailure) {
  PoolTestBed bed;
  const auto before = signal(SIGCHLD, SIG_IGN);
  bed.options.max = 1;
  bed.options.recycle.max_calls = 1;
  bed.options.restart.max_failures = 1;
  for (int i = 0; i < 10; ++i) {
    bed.Call(absl::StrCat(i), absl::StrCat("echo ", i));
  }
  bed.FinishAll();
  absl::Status drained = absl::UnknownError("not told");
  bed.pool()->Drain(absl::InfiniteDuration(),
                    [&](absl::Status status) { drained = status; });
  bed.RunUntil([&] { return bed.destroyed(); });
  signal(SIGCHLD, before);
  EXPECT_EQ(bed.result("9"), "9");
  EXPECT_TRUE(drained.ok()) << drained;
  EXPECT_THAT(bed.errors(), IsEmpty());
  EXPECT_EQ(bed.pool()->stats().failed, 0u);
  EXPECT_EQ(bed.pool()->stats().started, 10u);
}

TEST(PoolProcessesTest, GivesTheLinesOfEachWorkersStandardError) {
  PoolTestBed bed;
  std::vector<std::string> lines;
  bed.options.on_stderr = [&](const PoolWorkerId& worker,
                              absl::string_view line) {
    EXPECT_GT(worker.pid, 0);
    lines.push_back(absl::StrCat(worker.number, ": ", line));
  };
  bed.options.max = 1;
  for (const char* text : {"one", "two"}) {
    bed.Call(text, absl::StrCat("complain ", text));
    bed.Finish(text);
  }
  bed.RunUntil([&] { return bed.errors().size() == 2; });
  EXPECT_THAT(lines, ElementsAre("1: one", "2: two"));
}

}  // namespace
}  // namespace forkrpc
