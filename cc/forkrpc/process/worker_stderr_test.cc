// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/worker_stderr.h"

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/test_helpers.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Worker = std::unique_ptr<WorkerProcess>;

Worker Start(const SpawnOptions& options) {
  absl::StatusOr<Worker> worker = WorkerProcess::Spawn(options);
  EXPECT_TRUE(worker.ok()) << worker.status();
  return worker.ok() ? *std::move(worker) : nullptr;
}

// Descriptor 2 of this program is `fd` while this lives; -1: closed.
class OurStderrIs {
 public:
  explicit OurStderrIs(int fd) : saved_(fcntl(2, F_DUPFD_CLOEXEC, 10)) {
    if (fd >= 0) {
      dup2(fd, 2);
    } else {
      close(2);
    }
  }
  ~OurStderrIs() { dup2(saved_.get(), 2); }

 private:
  OwnedFd saved_;
};

// A terminal's two sides: what is printed to `slave` is read from `master`.
struct Terminal {
  Terminal() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr), 0);
    master.Reset(ends[0]);
    slave.Reset(ends[1]);
    termios raw;
    tcgetattr(slave.get(), &raw);
    cfmakeraw(&raw);
    tcsetattr(slave.get(), TCSANOW, &raw);
    fcntl(master.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  }
  OwnedFd master;
  OwnedFd slave;
};

size_t ReadAvailable(int fd) {
  char buffer[65536];
  size_t all = 0;
  ssize_t got;
  while ((got = read(fd, buffer, sizeof(buffer))) > 0) all += got;
  return all;
}

constexpr char kNoisy[] = "head -c 300000 /dev/zero | tr '\\0' x >&2; exit 3";

// Bug report 5: a terminal stopped by Ctrl-S held the loop.
TEST(WorkerStderrTest, AStoppedTerminalHoldsNobodyAndLosesNothing) {
  Terminal terminal;
  Worker worker;
  {
    const OurStderrIs ours(terminal.slave.get());
    ASSERT_EQ(tcflow(terminal.slave.get(), TCOOFF), 0);
    worker = Start(Shell(kNoisy));
  }
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(worker->NextStderrFlush(), MonotonicTime::InfiniteFuture());
  // As a loop does it: nothing here waits.
  while (!worker->Look().has_value() && MonotonicNow() < Soon()) {
    worker->DrainStderr();
    absl::SleepFor(absl::Milliseconds(1));
  }
  while (worker->stderr_fd() >= 0) worker->DrainStderr();
  EXPECT_EQ(worker->exit_status(), ExitStatus::Exited(3));
  EXPECT_EQ(worker->stderr_backlog(), 300000u);
  EXPECT_LE(worker->NextStderrFlush(), MonotonicNow() + StderrTee::kRetry);
  worker->FlushStderr();
  EXPECT_EQ(worker->stderr_backlog(), 300000u);
  ASSERT_EQ(tcflow(terminal.slave.get(), TCOON), 0);
  size_t arrived = 0;
  for (const MonotonicTime end = Soon();
       arrived < 300000 && MonotonicNow() < end;) {
    worker->FlushStderr();
    arrived += ReadAvailable(terminal.master.get());
  }
  EXPECT_EQ(arrived, 300000u);
  EXPECT_EQ(worker->stderr_backlog(), 0u);
  EXPECT_EQ(worker->stderr_dropped(), 0u);
}

// Review D1: nobody reads our standard error.
TEST(WorkerStderrTest, AnUnreadPipeHoldsTheEndForTheLingerOnly) {
  const PipePair unread = *MakePipe();
  Worker worker;
  {
    const OurStderrIs ours(unread.write_end.get());
    worker = Start(Shell(kNoisy));
  }
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(worker->StderrLingersUntil(), MonotonicTime::InfiniteFuture());
  while (worker->stderr_fd() >= 0) worker->DrainStderr();
  while (!worker->Look().has_value()) absl::SleepFor(absl::Milliseconds(1));
  const MonotonicTime until = worker->StderrLingersUntil();
  EXPECT_LE(until, MonotonicNow() + kStderrLinger);
  // A look waits for nothing; a deadline bounds the lingering too.
  EXPECT_TRUE(worker->Wait(MonotonicTime::InfinitePast()).ok());
  EXPECT_TRUE(worker->Wait(MonotonicNow() + absl::Milliseconds(50)).ok());
  EXPECT_LT(MonotonicNow(), until);
  EXPECT_TRUE(worker->Wait(MonotonicTime::InfiniteFuture()).ok());
  EXPECT_GE(MonotonicNow(), until);
  EXPECT_GT(worker->stderr_backlog(), 0u);
  const MonotonicTime start = MonotonicNow();
  worker.reset();  // has lingered enough
  EXPECT_LT(MonotonicNow() - start, kStderrLinger / 2);
}

// Bug report 6: 65,536 of 1,000,000 octets arrived.
TEST(WorkerStderrTest, ANonblockingPipeGetsAllOctets) {
  PipePair pipe = *MakePipe();
  fcntl(pipe.write_end.get(), F_SETFL, O_WRONLY | O_NONBLOCK);
  Worker worker;
  {
    const OurStderrIs ours(pipe.write_end.get());
    worker = Start(Shell("head -c 1000000 /dev/zero | tr '\\0' x >&2"));
  }
  ASSERT_NE(worker, nullptr);
  pipe.write_end.Reset();
  fcntl(pipe.read_end.get(), F_SETFL, O_RDONLY | O_NONBLOCK);
  while (worker->stderr_fd() >= 0) worker->DrainStderr();
  EXPECT_GT(worker->stderr_backlog(), 800000u);
  size_t arrived = 0;
  for (const MonotonicTime end = Soon();
       worker->stderr_backlog() > 0 && MonotonicNow() < end;) {
    arrived += ReadAvailable(pipe.read_end.get());
    worker->FlushStderrUntil(MonotonicNow() + absl::Milliseconds(1));
  }
  arrived += ReadAvailable(pipe.read_end.get());
  EXPECT_EQ(arrived, 1000000u);
}

TEST(WorkerStderrTest, AClosedStderrIsNothingWhateverGetsItsNumberLater) {
  PipePair later = *MakePipe();
  Worker worker;
  {
    const OurStderrIs closed(-1);
    worker = Start(Shell("echo oops >&2"));
    EXPECT_EQ(fcntl(2, F_GETFD), -1) << "taken by something of the worker's";
    dup2(later.write_end.get(), 2);
    ASSERT_TRUE(worker->Wait(Soon()).ok());
    worker->DrainStderr();
  }
  EXPECT_EQ(worker->stderr_tail(), "oops\n");
  EXPECT_EQ(worker->stderr_dropped(), 0u);
  later.write_end.Reset();
  EXPECT_EQ(ReadAvailable(later.read_end.get()), 0u);
}

using Lines = std::vector<std::string>;

SpawnOptions ToLines(const std::string& script, Lines* lines) {
  SpawnOptions options = Shell(script);
  options.on_stderr = [lines](absl::string_view line) {
    lines->emplace_back(line);
  };
  return options;
}

TEST(WorkerStderrTest, OnStderrGetsLinesInPlaceOfOurs) {
  PipePair pipe = *MakePipe();
  Lines lines;
  {
    const OurStderrIs ours(pipe.write_end.get());
    Worker worker = Start(ToLines("printf 'one\\ntwo\\nthree' >&2", &lines));
    ASSERT_NE(worker, nullptr);
    EXPECT_TRUE(worker->Wait(Soon()).ok());
    EXPECT_EQ(worker->stderr_tail(), "one\ntwo\nthree");
    EXPECT_TRUE(absl::EndsWith(worker->DescribeEnd(), "one | two | three"));
  }
  EXPECT_EQ(lines, (Lines{"one", "two", "three"}));
  pipe.write_end.Reset();
  EXPECT_EQ(ReadAvailable(pipe.read_end.get()), 0u);
}

// The worker has ended, but its descendant holds standard error open.
TEST(WorkerStderrTest, AnUnfinishedLineIsGivenWhenTheWorkerIsDestroyed) {
  Lines lines;
  Worker worker = Start(ToLines("sleep 30 & printf 'last words' >&2", &lines));
  ASSERT_NE(worker, nullptr);
  EXPECT_TRUE(worker->Wait(Soon()).ok());
  EXPECT_GE(worker->stderr_fd(), 0);
  EXPECT_EQ(lines, Lines());
  worker.reset();
  EXPECT_EQ(lines, Lines{"last words"});
}

TEST(WorkerStderrTest, OnStderrNeedsACapture) {
  Lines lines;
  for (const StderrMode mode : {StderrMode::kInherit, StderrMode::kNull}) {
    SpawnOptions options = ToLines("exit", &lines);
    options.stderr_mode = mode;
    const absl::Status status = WorkerProcess::Spawn(options).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "on_stderr")) << status;
  }
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST(WorkerStderrTest, WhatOnStderrThrowsLosesNothing) {
  Lines lines;
  SpawnOptions options = Shell("printf 'one\\ntwo\\nthree\\nfour' >&2; exit 3");
  options.on_stderr = [&lines](absl::string_view line) {
    lines.emplace_back(line);
    throw std::runtime_error(lines.back());
  };
  Worker worker = Start(options);
  ASSERT_NE(worker, nullptr);
  EXPECT_THROW(worker->Wait(Soon()).IgnoreError(), std::runtime_error);
  EXPECT_EQ(lines, Lines{"one"});
  EXPECT_EQ(worker->NextStderrFlush(), MonotonicTime::InfinitePast());
  EXPECT_THROW(worker->FlushStderr(), std::runtime_error);
  EXPECT_EQ(lines, (Lines{"one", "two"}));
  // An error text runs no callback.
  EXPECT_TRUE(absl::StrContains(worker->DescribeEnd(), "one | two | three"));
  EXPECT_EQ(lines.size(), 2u);
  worker.reset();  // cannot throw
  EXPECT_EQ(lines, (Lines{"one", "two", "three", "four"}));
}
#endif

}  // namespace
}  // namespace forkrpc
