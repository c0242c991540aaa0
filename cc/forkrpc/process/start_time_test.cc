// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/start_time.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A child with a name that looks like more fields.
pid_t ForkNamed(const char* name) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_NAME, name);
    for (;;) pause();
  }
  return pid;
}

TEST(ProcessStartTimeTest, IsTheSameToTheEndAndLaterForALaterProcess) {
  const uint64_t ours = ProcessStartTime(getpid());
  EXPECT_GT(ours, 0u);
  absl::SleepFor(absl::Milliseconds(20));  // a clock tick or two
  const pid_t child = ForkNamed("a) S 1 (b 2 3");
  const uint64_t started = ProcessStartTime(child);
  EXPECT_GT(started, ours);
  EXPECT_LT(started, ours + 100 * 60 * 60);
  kill(child, SIGKILL);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(ProcessStartTime(child), started);  // a zombie
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(ProcessStartTime(child), 0u);
}

TEST(ProcessStartTimeTest, NobodyHasNone) {
  EXPECT_EQ(ProcessStartTime(-1), 0u);
  EXPECT_EQ(ProcessStartTime(0), 0u);
}

}  // namespace
}  // namespace forkrpc
