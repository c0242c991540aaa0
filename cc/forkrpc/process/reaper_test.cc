// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/process_watch.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Found = ProcessWatch::Found;

pid_t Fork(void (*body)()) {
  const pid_t pid = fork();
  if (pid == 0) {
    body();
    _exit(0);
  }
  return pid;
}

void Sleep() {
  for (;;) pause();
}

// With a pidfd, and as on kernels that have none or cannot wait through it.
class ReaperTest : public testing::TestWithParam<Reaper::Pidfd> {
 protected:
  // Looks until there is something to see, for a minute at most.
  static ExitStatus PollToTheEnd(Reaper& reaper) {
    const MonotonicTime deadline = MonotonicNow() + absl::Minutes(1);
    while (reaper.Look() != Found::kEnded && MonotonicNow() < deadline) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    EXPECT_TRUE(reaper.exit_status().has_value());
    return reaper.exit_status().value_or(ExitStatus::Exited(-1));
  }
};

INSTANTIATE_TEST_SUITE_P(Pidfd, ReaperTest,
                         testing::Values(Reaper::Pidfd::kIfAvailable,
                                         Reaper::Pidfd::kWithoutWait,
                                         Reaper::Pidfd::kNever));

TEST_P(ReaperTest, ReapsOnceAndRemembers) {
  Reaper reaper(Fork([] { _exit(7); }), GetParam());
  EXPECT_EQ(PollToTheEnd(reaper), ExitStatus::Exited(7));
  EXPECT_EQ(reaper.Look(), Found::kEnded);
  EXPECT_EQ(reaper.exit_status(), ExitStatus::Exited(7));
  EXPECT_EQ(waitpid(reaper.pid(), nullptr, WNOHANG), -1);  // no zombie
  EXPECT_EQ(errno, ECHILD);
  EXPECT_EQ(reaper.pidfd(), -1);  // an ended one would be readable for ever
}

// The number would be given to another descriptor while a loop watches it.
TEST_P(ReaperTest, KeepsThePidfdOpenForWhoWatchesIt) {
  int watched = -1;
  {
    Reaper reaper(Fork([] {}), GetParam());
    watched = reaper.pidfd();
    if (GetParam() == Reaper::Pidfd::kNever) {
      EXPECT_EQ(watched, -1);
    }
    PollToTheEnd(reaper);
    if (watched >= 0) {
      pollfd look = {watched, POLLIN, 0};
      EXPECT_EQ(poll(&look, 1, 0), 1);
      EXPECT_NE(look.revents & POLLIN, 0);
    }
  }
  EXPECT_EQ(fcntl(watched, F_GETFD), -1) << "leaked";
}

TEST_P(ReaperTest, SignalsWhileItRunsOnly) {
  Reaper reaper(Fork(Sleep), GetParam());
  EXPECT_EQ(reaper.Look(), Found::kRunning);
  EXPECT_EQ(reaper.pidfd() >= 0, GetParam() != Reaper::Pidfd::kNever);
  ASSERT_TRUE(reaper.Signal(SIGKILL).ok());
  EXPECT_EQ(PollToTheEnd(reaper), ExitStatus::Signalled(SIGKILL, false));
  const absl::Status late = reaper.Signal(SIGKILL);
  EXPECT_TRUE(absl::IsFailedPrecondition(late)) << late;
  EXPECT_NE(late.message().find("was killed by signal 9"),
            absl::string_view::npos);
}

// T-27: the number may be a stranger's by now.
TEST_P(ReaperTest, DoesNotSignalAChildThatSomebodyElseHasReaped) {
  const pid_t pid = Fork([] {});
  Reaper reaper(pid, GetParam());
  ASSERT_EQ(waitpid(pid, nullptr, 0), pid);
  EXPECT_TRUE(absl::IsFailedPrecondition(reaper.Signal(SIGKILL)));
  EXPECT_EQ(reaper.exit_status(), ExitStatus::Unknown());
}

TEST_P(ReaperTest, KnowsTheEndAlsoWhenTheProgramIgnoresSigchld) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before;
  sigaction(SIGCHLD, &ignore, &before);
  Reaper reaper(Fork(Sleep), GetParam());
  EXPECT_EQ(reaper.Look(), Found::kRunning);
  EXPECT_TRUE(reaper.Signal(SIGKILL).ok());
  EXPECT_EQ(PollToTheEnd(reaper), ExitStatus::Unknown());
  sigaction(SIGCHLD, &before, nullptr);
}

}  // namespace
}  // namespace forkrpc
