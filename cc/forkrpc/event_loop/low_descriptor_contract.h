// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LowDescriptorContract: what every EventLoop does where the program was
// started with standard input, output or error closed.
//
// A part of event_loop_contract.h, which says how a loop's test gets it; for
// harnesses that do not make descriptors of their own.

#ifndef FORKRPC_EVENT_LOOP_LOW_DESCRIPTOR_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_LOW_DESCRIPTOR_CONTRACT_H_

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/event_loop.h"
#include "gtest/gtest.h"

namespace forkrpc {

// Has no loop: some of a loop's descriptors are a process' for good, and are
// made with its first one.
template <typename Harness>
class LowDescriptorContract : public testing::Test {
 protected:
  LowDescriptorContract() {
    // Each child is a program of its own.
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }

  static bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }
  // By a sum: a bit against a sign, g++ 12.2 compares wrongly with -O1.
  static bool AreOpen(int closed) {
    int open = 0;
    for (int fd = 0; fd < 3; ++fd) open |= IsOpen(fd) ? 1 << fd : 0;
    return (open ^ closed) == 7;
  }

  // In the child, whose standard error may be closed: the status says what is
  // wrong.
  [[noreturn]] static void UseALoop(int closed) {
    for (int fd = 0; fd < 3; ++fd) {
      if ((closed >> fd & 1) != 0) close(fd);
    }
    {
      Harness harness;
      if (!AreOpen(closed)) _exit(1);
      EventLoop* const loop = harness.loop();
      auto timer = loop->MakeTimer([&] { harness.Stop(); });
      loop->Post([&] { timer->Set(MonotonicNow()); });
      harness.Run();
      if (!AreOpen(closed)) _exit(2);
      // The first numbers that are free.
      int fds[2];
      if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) _exit(3);
      if (write(fds[1], "x", 1) != 1) _exit(4);
      auto watch = loop->WatchFd(fds[0], [&](unsigned) { harness.Stop(); });
      if (!watch.ok()) _exit(5);
      (*watch)->SetInterest(EventLoop::kReadable);
      harness.Run();
      watch->reset();
      close(fds[0]);
      close(fds[1]);
      if (!AreOpen(closed)) _exit(6);
    }
    _exit(AreOpen(closed) ? 0 : 7);
  }
};

TYPED_TEST_SUITE_P(LowDescriptorContract);

TYPED_TEST_P(LowDescriptorContract, TheLoopTakesNoneOfThem) {
  for (int closed = 0; closed < 8; ++closed) {
    EXPECT_EXIT(this->UseALoop(closed), testing::ExitedWithCode(0), "")
        << "bits of those that were closed: " << closed;
  }
}

REGISTER_TYPED_TEST_SUITE_P(LowDescriptorContract, TheLoopTakesNoneOfThem);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOW_DESCRIPTOR_CONTRACT_H_
