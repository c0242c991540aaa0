// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker that SIGKILL does not end: nobody waits for it without end.
//
// Such a process hangs in the kernel, which a test cannot arrange. So waitid()
// is this program's here, and says that the child has not ended.

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/process/worker_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {
std::atomic<bool> nobody_ends{false};
}  // namespace

extern "C" int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  if (nobody_ends) {
    *info = {};
    return 0;
  }
  return static_cast<int>(
      syscall(SYS_waitid, type, id, info, options, nullptr));
}

namespace forkrpc {
namespace {

using testing::HasSubstr;

class WorkerUnkillableTest : public testing::TestWithParam<Reaper::Pidfd> {
 protected:
  WorkerUnkillableTest() {
    SpawnOptions options;
    options.argv = {"sleep", "100"};
    absl::StatusOr<std::unique_ptr<WorkerProcess>> worker =
        WorkerProcess::Spawn(options, {}, GetParam());
    EXPECT_TRUE(worker.ok()) << worker.status();
    worker_ = *std::move(worker);
    pid_ = worker_->pid();
    nobody_ends = true;
  }
  ~WorkerUnkillableTest() override {
    nobody_ends = false;
    // What was given up is this test's to reap: it was killed.
    siginfo_t info = {};
    EXPECT_EQ(waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED), 0);
    EXPECT_EQ(info.si_status, signal_);
  }

  std::unique_ptr<WorkerProcess> worker_;
  pid_t pid_ = 0;
  int signal_ = SIGKILL;
};

TEST_P(WorkerUnkillableTest, TheDestructorGivesUp) {
  const MonotonicTime start = MonotonicNow();
  worker_.reset();
  const absl::Duration took = MonotonicNow() - start;
  EXPECT_GE(took, kDestructorGrace + kKillGrace);
  EXPECT_LT(took, kDestructorGrace + kKillGrace + absl::Seconds(5));
}

TEST_P(WorkerUnkillableTest, TerminateGivesUpAndSaysSo) {
  const MonotonicTime start = MonotonicNow();
  const absl::Status ended =
      worker_->Terminate(absl::Milliseconds(10)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(ended)) << ended;
  EXPECT_THAT(std::string(ended.message()),
              HasSubstr("although it was killed"));
  EXPECT_GE(MonotonicNow() - start, kKillGrace);
  EXPECT_LT(MonotonicNow() - start, kKillGrace + absl::Seconds(5));
  EXPECT_FALSE(worker_->exit_status().has_value());
  // `sleep` has ended by the SIGTERM, which this program was not told.
  signal_ = SIGTERM;
}

INSTANTIATE_TEST_SUITE_P(EachPidfd, WorkerUnkillableTest,
                         testing::Values(Reaper::Pidfd::kIfAvailable,
                                         Reaper::Pidfd::kNever));

}  // namespace
}  // namespace forkrpc
