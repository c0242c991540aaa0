// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/exit_status.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// What waitpid() and waitid() say about a forked child that does `how`.
template <typename F>
ExitStatus StatusOf(F how) {
  const pid_t pid = fork();
  if (pid == 0) {
    how();
    _exit(99);
  }
  siginfo_t info = {};
  EXPECT_EQ(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
  int wait_status = 0;
  EXPECT_EQ(waitpid(pid, &wait_status, 0), pid);
  const ExitStatus status = ExitStatus::FromWaitStatus(wait_status);
  EXPECT_EQ(ExitStatus::FromSiginfo(info), status);  // two ways to say it
  return status;
}

TEST(ExitStatusTest, AnExitHasItsCode) {
  const ExitStatus three = StatusOf([] { _exit(3); });
  EXPECT_EQ(three.exit_code(), 3);
  EXPECT_EQ(three.signal(), std::nullopt);
  EXPECT_FALSE(three.clean());
  EXPECT_EQ(three.ToString(), "exited with status 3");
  EXPECT_EQ(StatusOf([] { _exit(255); }).exit_code(), 255);
  EXPECT_TRUE(StatusOf([] { _exit(0); }).clean());
}

TEST(ExitStatusTest, IsCleanOrFailedOrNotKnown) {
  const ExitStatus ends[] = {ExitStatus::Exited(0), ExitStatus::Exited(1),
                             ExitStatus::Signalled(9, false),
                             ExitStatus::Unknown()};
  const bool clean[] = {true, false, false, false};
  const bool failed[] = {false, true, true, false};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(ends[i].clean(), clean[i]) << ends[i];
    EXPECT_EQ(ends[i].failed(), failed[i]) << ends[i];
    EXPECT_EQ(ends[i].known(), clean[i] || failed[i]) << ends[i];
  }
}

TEST(ExitStatusTest, ASignalHasItsNumberAndName) {
  const ExitStatus killed = StatusOf([] { raise(SIGKILL); });
  EXPECT_EQ(killed.signal(), SIGKILL);
  EXPECT_EQ(killed.exit_code(), std::nullopt);
  EXPECT_FALSE(killed.clean());
  EXPECT_FALSE(killed.core_dumped());
  EXPECT_EQ(killed.ToString(), "was killed by signal 9 (SIGKILL)");
  EXPECT_EQ(ExitStatus::Signalled(SIGSEGV, true).ToString(),
            "was killed by signal 11 (SIGSEGV), core dumped");
  EXPECT_EQ(ExitStatus::Signalled(40, false).ToString(),
            "was killed by signal 40");
}

TEST(ExitStatusTest, TheCoreFlagIsTheKernels) {
  // 0x80 beside the signal number, as wait(2) has it.
  EXPECT_TRUE(ExitStatus::FromWaitStatus(SIGABRT | 0x80).core_dumped());
  EXPECT_FALSE(ExitStatus::FromWaitStatus(SIGABRT).core_dumped());
  siginfo_t info = {};
  info.si_code = CLD_DUMPED;
  info.si_status = SIGABRT;
  EXPECT_EQ(ExitStatus::FromSiginfo(info),
            ExitStatus::Signalled(SIGABRT, true));
}

TEST(ExitStatusTest, UnknownIsNeitherAndNotClean) {
  const ExitStatus unknown = ExitStatus::Unknown();
  EXPECT_EQ(unknown.exit_code(), std::nullopt);
  EXPECT_EQ(unknown.signal(), std::nullopt);
  EXPECT_FALSE(unknown.clean());
  EXPECT_EQ(unknown.ToString().substr(0, 28), "ended with an unknown status");
}

TEST(ExitStatusTest, EqualMeansTheSameEnd) {
  EXPECT_EQ(ExitStatus::Exited(9), ExitStatus::Exited(9));
  EXPECT_NE(ExitStatus::Exited(9), ExitStatus::Signalled(9, false));
  EXPECT_NE(ExitStatus::Signalled(6, true), ExitStatus::Signalled(6, false));
  EXPECT_NE(ExitStatus::Exited(0), ExitStatus::Unknown());
}

}  // namespace
}  // namespace forkrpc
