// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/above_stdio.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "forkrpc/base/owned_fd.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Descriptor 0 is closed while this lives.
class WithoutStdin {
 public:
  WithoutStdin() : saved_(fcntl(0, F_DUPFD_CLOEXEC, 10)) { close(0); }
  ~WithoutStdin() { dup2(saved_.get(), 0); }

 private:
  OwnedFd saved_;
};

TEST(AboveStdioTest, MovesALowNumberAndLeavesAHighOne) {
  const WithoutStdin closed;
  OwnedFd fd(open("/dev/null", O_RDONLY));
  ASSERT_EQ(fd.get(), 0);
  ASSERT_TRUE(MoveAboveStdio(&fd).ok());
  const int moved = fd.get();
  EXPECT_GT(moved, 2);
  EXPECT_EQ(fcntl(moved, F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(0, F_GETFD), -1);
  ASSERT_TRUE(MoveAboveStdio(&fd).ok());
  EXPECT_EQ(fd.get(), moved);
}

TEST(AboveStdioTest, NoneIsLeftAlone) {
  OwnedFd none;
  EXPECT_TRUE(MoveAboveStdio(&none).ok());
  EXPECT_FALSE(none.valid());
}

TEST(AboveStdioTest, NoRoomIsAnErrorAndLosesNothing) {
  const WithoutStdin closed;
  OwnedFd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(fd.get(), 0);
  rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few = {3, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  const absl::Status status = MoveAboveStdio(&fd);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(fd.get(), 0);
}

}  // namespace
}  // namespace forkrpc
