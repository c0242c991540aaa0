// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/sigpipe_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Each test runs with the default action, which ends the process.
class SigpipeGuardTest : public testing::Test {
 protected:
  SigpipeGuardTest() {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, &before_);
    broken_ = std::move(MakePipe()->write_end);
  }
  ~SigpipeGuardTest() override { sigaction(SIGPIPE, &before_, nullptr); }

  // Fails with EPIPE and raises SIGPIPE.
  void WriteToNobody() {
    ASSERT_EQ(write(broken_.get(), "x", 1), -1);
    ASSERT_EQ(errno, EPIPE);
  }

  static bool Blocked() {
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return sigismember(&mask, SIGPIPE) == 1;
  }
  static bool Pending() {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
  }
  static void Block(int how) {
    sigset_t sigpipe;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(how, &sigpipe, nullptr);
  }

  struct sigaction before_;
  OwnedFd broken_;
};

TEST_F(SigpipeGuardTest, SurvivesAndLeavesTheMaskAsItWas) {
  {
    SigpipeGuard guard;
    WriteToNobody();
    errno = 123;
    guard.DiscardRaised();
    EXPECT_EQ(errno, 123);
  }
  EXPECT_FALSE(Blocked());
  EXPECT_FALSE(Pending());
}

TEST_F(SigpipeGuardTest, ABlockedSignalStaysBlockedAndNothingStaysPending) {
  Block(SIG_BLOCK);
  {
    SigpipeGuard guard;
    WriteToNobody();
    guard.DiscardRaised();
  }
  EXPECT_TRUE(Blocked());
  EXPECT_FALSE(Pending());
  Block(SIG_UNBLOCK);
}

TEST_F(SigpipeGuardTest, ASignalPendingBeforeIsNotTakenFromTheProgram) {
  Block(SIG_BLOCK);
  raise(SIGPIPE);
  {
    SigpipeGuard guard;
    WriteToNobody();
    guard.DiscardRaised();
  }
  EXPECT_TRUE(Pending());
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;  // which also drops what is pending
  sigaction(SIGPIPE, &ignore, nullptr);
  Block(SIG_UNBLOCK);
}

TEST_F(SigpipeGuardTest, AnIgnoredSignalIsNotWaitedFor) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  SigpipeGuard guard;
  WriteToNobody();
  guard.DiscardRaised();
  EXPECT_FALSE(Pending());
}

}  // namespace
}  // namespace forkrpc
