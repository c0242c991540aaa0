// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EventLoopTestBase: a loop under test, run until the test is done.
//
// Harness makes, runs and stops the loop: see event_loop_contract.h.
//
//   auto timer = this->loop()->MakeTimer([this] { this->Done(); });
//   timer->Set(MonotonicNow());
//   this->Run();

#ifndef FORKRPC_EVENT_LOOP_EVENT_LOOP_TEST_BASE_H_
#define FORKRPC_EVENT_LOOP_EVENT_LOOP_TEST_BASE_H_

#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/event_loop/event_loop.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class EventLoopTestBase : public testing::Test {
 protected:
  EventLoop* loop() { return harness_.loop(); }

  // Runs the loop until one of the callbacks of the test calls Done(). A test
  // that waits for what does not come fails here, not by the test's timeout.
  void Run() {
    std::unique_ptr<Timer> watchdog = loop()->MakeTimer([this] {
      ADD_FAILURE() << "nothing has called Done() for 30 s";
      harness_.Stop();
    });
    watchdog->Set(MonotonicNow() + absl::Seconds(30));
    harness_.Run();
  }
  void Done() { harness_.Stop(); }

  // Runs the loop for some turns: what was to happen at once has happened.
  void RunForAWhile() {
    std::unique_ptr<Timer> timer = loop()->MakeTimer([this] { Done(); });
    timer->Set(MonotonicNow() + absl::Milliseconds(20));
    Run();
  }

  // A watch, with the checks that making it needs.
  std::unique_ptr<FdWatch> Watch(int fd, unsigned interest,
                                 EventLoop::FdCallback callback) {
    auto watch = loop()->WatchFd(fd, std::move(callback));
    EXPECT_TRUE(watch.ok()) << watch.status();
    if (!watch.ok()) return nullptr;
    (*watch)->SetInterest(interest);
    return *std::move(watch);
  }

  struct Sockets {
    OwnedFd ours;
    OwnedFd theirs;
  };
  static Sockets MakeSockets() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
  }
  static void Send(const OwnedFd& fd) { EXPECT_EQ(write(fd.get(), "x", 1), 1); }
  static void Receive(const OwnedFd& fd) {
    char octet;
    EXPECT_EQ(read(fd.get(), &octet, 1), 1);
  }

 private:
  Harness harness_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_EVENT_LOOP_TEST_BASE_H_
