// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/virtual_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

SpawnOptions Anything() {
  SpawnOptions options;
  options.argv = {"no-such-program"};
  options.stderr_mode = StderrMode::kCapture;
  return options;
}

TEST(VirtualKernelTest, TimeStandsStillUntilSomethingWaits) {
  VirtualKernel kernel;
  const MonotonicTime start = MonotonicNow();
  const auto steady = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(MonotonicNow(), start);
  absl::SleepFor(absl::Hours(3));
  EXPECT_EQ(MonotonicNow() - start, absl::Hours(3));
  EXPECT_EQ(absl::FromChrono(std::chrono::steady_clock::now() - steady),
            absl::Hours(3));
  poll(nullptr, 0, 250);
  EXPECT_EQ(kernel.elapsed(), absl::Hours(3) + absl::Milliseconds(250));
}

TEST(VirtualKernelTest, EventsHappenInTheirOrderDuringWaits) {
  VirtualKernel kernel;
  std::string log;
  kernel.At(absl::Seconds(2), [&] { log += "b"; });
  kernel.At(absl::Seconds(1), [&] {
    log += "a";
    kernel.After(absl::Seconds(1), [&] { log += "c"; });
  });
  kernel.At(absl::Seconds(5), [&] { log += "d"; });
  absl::SleepFor(absl::Seconds(3));
  EXPECT_EQ(log, "abc");
}

TEST(VirtualKernelTest, AWaitThatNothingCanEndIsFound) {
  VirtualKernel kernel;
  auto pair = MakeSocketPair();
  ASSERT_TRUE(pair.ok());
  int hangs = 0;
  kernel.OnHang([&] {
    ++hangs;
    pair->theirs.Reset();
  });
  char octet;
  EXPECT_EQ(recv(pair->ours.get(), &octet, 1, 0), 0);
  EXPECT_EQ(hangs, 1);
  EXPECT_EQ(kernel.elapsed(), absl::ZeroDuration());
}

TEST(VirtualKernelTest, ReadsAndTheirTimeoutsTakeVirtualTime) {
  VirtualKernel kernel;
  auto pair = MakeSocketPair();
  ASSERT_TRUE(pair.ok());
  const timeval limit = {100, 0};
  setsockopt(pair->ours.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  char octet;
  EXPECT_EQ(recv(pair->ours.get(), &octet, 1, 0), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(kernel.elapsed(), absl::Seconds(100));
  kernel.After(absl::Seconds(50), [&] { send(pair->theirs.get(), "x", 1, 0); });
  EXPECT_EQ(read(pair->ours.get(), &octet, 1), 1);
  EXPECT_EQ(kernel.elapsed(), absl::Seconds(150));
  EXPECT_EQ(recv(pair->ours.get(), &octet, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(kernel.elapsed(), absl::Seconds(150));
}

TEST(VirtualKernelTest, AProcessIsActed) {
  for (const bool pidfds : {true, false}) {
    VirtualKernel kernel;
    kernel.SetPidfds(pidfds);
    kernel.OnSpawn([&](VirtualChild* child) {
      EXPECT_EQ(child->argv()[0], "no-such-program");
      // One socket as 0 and 1, and a pipe for what it says.
      EXPECT_EQ(send(child->fd(1), "wire", 4, 0), 4);
      EXPECT_EQ(write(child->fd(2), "oops", 4), 4);
      child->OnSignal([&kernel, child](int signal) {
        if (signal == SIGTERM) return;
        kernel.After(absl::Seconds(1), [=] { child->DieOf(signal); });
      });
    });
    auto process = WorkerProcess::Spawn(Anything());
    ASSERT_TRUE(process.ok()) << process.status();
    char octets[8];
    auto got =
        (*process)->transport()->Read(absl::MakeSpan(octets), IoMode::kBlock);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->octets, 4u);
    EXPECT_EQ((*process)->pidfd() >= 0, pidfds);
    EXPECT_FALSE((*process)->Wait(MonotonicNow() + absl::Seconds(9)).ok());
    EXPECT_EQ(kernel.elapsed(), absl::Seconds(9));
    auto ended = (*process)->Terminate(absl::Seconds(20));
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_EQ(ended->signal(), SIGKILL);
    EXPECT_GE(kernel.elapsed(), absl::Seconds(30));
    EXPECT_LE(kernel.elapsed(), absl::Milliseconds(30060));
    EXPECT_TRUE(kernel.children()[0]->reaped());
    EXPECT_EQ((*process)->stderr_tail(), "oops");
    EXPECT_EQ(kernel.stray_signals(), 0);
  }
}

TEST(VirtualKernelTest, AnEndedChildIsSeenReapedOnceAndNotSignalledAgain) {
  VirtualKernel kernel;
  auto process = WorkerProcess::Spawn(Anything());
  ASSERT_TRUE(process.ok()) << process.status();
  const pid_t pid = (*process)->pid();
  pollfd look = {(*process)->pidfd(), POLLIN, 0};
  EXPECT_EQ(poll(&look, 1, 1000), 0);
  kernel.After(absl::Seconds(5), [&] { kernel.children()[0]->Exit(9); });
  EXPECT_EQ(poll(&look, 1, -1), 1);
  EXPECT_EQ(kernel.elapsed(), absl::Seconds(6));
  siginfo_t info = {};
  EXPECT_EQ(waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
  EXPECT_EQ(info.si_pid, pid);
  EXPECT_EQ(info.si_status, 9);
  EXPECT_EQ(kill(pid, SIGTERM), 0);  // a zombie
  EXPECT_EQ(kernel.stray_signals(), 0);
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, WNOHANG), pid);
  EXPECT_EQ(WEXITSTATUS(status), 9);
  EXPECT_EQ(waitpid(pid, &status, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  EXPECT_EQ(kill(pid, SIGTERM), -1);
  EXPECT_EQ(kernel.stray_signals(), 1);
}

TEST(VirtualKernelTest, AGrandchildHoldsTheWire) {
  VirtualKernel kernel;
  kernel.OnSpawn([](VirtualChild* child) { child->StartGrandchild(); });
  auto process = WorkerProcess::Spawn(Anything());
  ASSERT_TRUE(process.ok()) << process.status();
  kernel.children()[0]->Exit(3);
  char octet;
  auto got = (*process)->transport()->Read(absl::MakeSpan(&octet, 1),
                                           IoMode::kNonBlock);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->kind, IoResult::kWouldBlock);
  auto ended = (*process)->Wait(MonotonicTime::InfinitePast());
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->exit_code(), 3);
}

TEST(VirtualKernelTest, AnEventLoopRunsInVirtualTime) {
  VirtualKernel kernel;
  LibuvLoop loop;
  auto timer = loop.MakeTimer([&] { loop.Stop(); });
  timer->Set(MonotonicNow() + absl::Hours(1));
  bool posted = false;
  kernel.At(absl::Minutes(10), [&] { loop.Post([&] { posted = true; }); });
  loop.Run();
  EXPECT_TRUE(posted);
  EXPECT_GE(kernel.elapsed(), absl::Hours(1));
  EXPECT_LE(kernel.elapsed(), absl::Hours(1) + absl::Milliseconds(2));
  timer = nullptr;
}

TEST(VirtualKernelTest, WithoutOneTimeIsReal) {
  { VirtualKernel kernel; }
  const MonotonicTime start = MonotonicNow();
  absl::SleepFor(absl::Milliseconds(2));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(2));
  EXPECT_LT(MonotonicNow() - start, absl::Minutes(1));
}

// The kernel is made in the process that dies: GoogleTest waits for that one.
void PollWithoutEnd(int timeout) {
  VirtualKernel kernel;
  kernel.SetContext("this test");
  for (;;) poll(nullptr, 0, timeout);
}

TEST(VirtualKernelDeathTest, ASpinAndAHangEndTheProgram) {
  EXPECT_DEATH(PollWithoutEnd(-1), "nothing can end.*this test");
  EXPECT_DEATH(PollWithoutEnd(0), "the program spins.*this test");
}

}  // namespace
}  // namespace forkrpc
