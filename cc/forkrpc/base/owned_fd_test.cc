// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/owned_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

int OpenNull() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

TEST(OwnedFdTest, ClosesAtTheEndOfItsLife) {
  int fd = -1;
  {
    OwnedFd owned(OpenNull());
    ASSERT_TRUE(owned.valid());
    fd = owned.get();
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(OwnedFdTest, AMoveLeavesOneOwner) {
  OwnedFd first(OpenNull());
  const int fd = first.get();
  OwnedFd second(std::move(first));
  EXPECT_FALSE(first.valid());  // NOLINT: -1 is promised after a move
  EXPECT_EQ(second.get(), fd);
  first.Reset();
  EXPECT_TRUE(IsOpen(fd));
}

TEST(OwnedFdTest, MoveAssignmentClosesWhatWasHeld) {
  OwnedFd target(OpenNull());
  const int old = target.get();
  OwnedFd source(OpenNull());
  const int taken = source.get();
  target = std::move(source);
  EXPECT_FALSE(IsOpen(old));
  EXPECT_EQ(target.get(), taken);
  EXPECT_TRUE(IsOpen(taken));
}

TEST(OwnedFdTest, MoveAssignmentToItselfKeepsTheDescriptor) {
  OwnedFd owned(OpenNull());
  const int fd = owned.get();
  OwnedFd& same = owned;
  owned = std::move(same);
  EXPECT_EQ(owned.get(), fd);
  EXPECT_TRUE(IsOpen(fd));
}

TEST(OwnedFdTest, ReleaseHandsOverWithoutClosing) {
  OwnedFd owned(OpenNull());
  const int fd = owned.Release();
  EXPECT_FALSE(owned.valid());
  EXPECT_TRUE(IsOpen(fd));
  close(fd);
}

TEST(OwnedFdTest, ResetLeavesErrnoAlone) {
  const int fd = OpenNull();
  OwnedFd owned(fd);
  close(fd);  // so that closing it again fails with EBADF
  errno = EPIPE;
  owned.Reset();
  EXPECT_EQ(errno, EPIPE);
}

}  // namespace
}  // namespace forkrpc
