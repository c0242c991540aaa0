// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/process_watch.h"
#include "forkrpc/transport/stream_pair.h"
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

// Review D3: the host reaps the child and starts another one, which gets its
// number. That one's status is the host's, and no signal is for it.
class RecycledNumberTest : public testing::TestWithParam<Reaper::Pidfd> {
 protected:
  // A child of the host's with the number `pid`, or -1 if it cannot be had.
  static pid_t ForkAs(pid_t pid, void (*body)()) {
    const OwnedFd last(
        open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC));
    const std::string wanted = std::to_string(pid - 1);
    for (int tries = 0; last.valid() && tries < 100; ++tries) {
      if (pwrite(last.get(), wanted.data(), wanted.size(), 0) < 0) return -1;
      const pid_t got = Fork(body);
      if (got == pid) return got;
      kill(got, SIGKILL);
      waitpid(got, nullptr, 0);
    }
    return -1;
  }

  // The clock tick that tells two owners of one number apart.
  static void LetATickPass() { absl::SleepFor(absl::Milliseconds(20)); }

  static void ExpectNotTouched(Reaper& reaper, pid_t others_child) {
    EXPECT_EQ(reaper.Look(), Found::kEnded);
    EXPECT_EQ(reaper.exit_status(), ExitStatus::Unknown());
    EXPECT_TRUE(absl::IsFailedPrecondition(reaper.Signal(SIGKILL)));
    int status = 0;
    EXPECT_EQ(waitpid(others_child, &status, 0), others_child) << "stolen";
    EXPECT_EQ(ExitStatus::FromWaitStatus(status), ExitStatus::Exited(42));
  }
};

INSTANTIATE_TEST_SUITE_P(Pidfd, RecycledNumberTest,
                         testing::Values(Reaper::Pidfd::kIfAvailable,
                                         Reaper::Pidfd::kWithoutWait,
                                         Reaper::Pidfd::kNever));

TEST_P(RecycledNumberTest, AnothersChildThatHasEndedIsNotReaped) {
  const pid_t pid = Fork([] {});
  Reaper reaper(pid, GetParam());
  ASSERT_EQ(waitpid(pid, nullptr, 0), pid);
  LetATickPass();
  const pid_t others = ForkAs(pid, [] { _exit(42); });
  if (others < 0) GTEST_SKIP() << "numbers cannot be chosen here";
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, others, &info, WEXITED | WNOWAIT), 0);
  ExpectNotTouched(reaper, others);
}

TEST_P(RecycledNumberTest, AnothersChildThatRunsIsNotWaitedForNorSignalled) {
  const pid_t pid = Fork([] {});
  Reaper reaper(pid, GetParam());
  ASSERT_EQ(waitpid(pid, nullptr, 0), pid);
  LetATickPass();
  const pid_t others = ForkAs(pid, [] {
    absl::SleepFor(absl::Milliseconds(100));
    _exit(42);
  });
  if (others < 0) GTEST_SKIP() << "numbers cannot be chosen here";
  ExpectNotTouched(reaper, others);
}

// The same without choosing numbers: the pidfd is the first child's, the number
// the second's.
TEST(ReaperNumberTest, APidfdIsBelievedNotTheNumber) {
  for (const Reaper::Pidfd use :
       {Reaper::Pidfd::kIfAvailable, Reaper::Pidfd::kWithoutWait}) {
    const pid_t first = Fork([] {});
    OwnedFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, first, 0)));
    if (!pidfd.valid()) GTEST_SKIP() << "no pidfds here";
    ASSERT_EQ(waitpid(first, nullptr, 0), first);
    const pid_t second = Fork([] { _exit(42); });
    siginfo_t info;
    ASSERT_EQ(waitid(P_PID, second, &info, WEXITED | WNOWAIT), 0);
    Reaper reaper(second, std::move(pidfd), use);
    EXPECT_EQ(reaper.Look(), Found::kEnded);
    EXPECT_EQ(reaper.exit_status(), ExitStatus::Unknown());
    int status = 0;
    EXPECT_EQ(waitpid(second, &status, 0), second) << "stolen";
  }
}

// The status of a dead child that is traced goes to the tracer first.
TEST_P(ReaperTest, ADeadChildThatATracerHoldsIsHeld) {
  const pid_t pid = Fork(Sleep);
  Reaper reaper(pid, GetParam());
  PipePair seized = *MakePipe();
  PipePair let_go = *MakePipe();
  const pid_t tracer = fork();
  if (tracer == 0) {
    char octet = 0;
    if (ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0) octet = 'x';
    (void)!write(seized.write_end.get(), &octet, 1);
    (void)!read(let_go.read_end.get(), &octet, 1);
    _exit(0);
  }
  char failed = 0;
  ASSERT_EQ(read(seized.read_end.get(), &failed, 1), 1);
  ASSERT_TRUE(reaper.Signal(SIGKILL).ok());
  if (failed == 0) {
    // It is dead once its tracer could have it.
    const MonotonicTime deadline = MonotonicNow() + absl::Minutes(1);
    const bool has_pidfd = reaper.pidfd() >= 0;
    while (has_pidfd && reaper.Look() == Found::kRunning &&
           MonotonicNow() < deadline) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    EXPECT_EQ(reaper.Look(), has_pidfd ? Found::kHeld : Found::kRunning);
  }
  (void)!write(let_go.write_end.get(), "x", 1);
  EXPECT_EQ(waitpid(tracer, nullptr, 0), tracer);
  EXPECT_EQ(PollToTheEnd(reaper), ExitStatus::Signalled(SIGKILL, false));
  if (failed != 0) GTEST_SKIP() << "nobody may trace here";
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
