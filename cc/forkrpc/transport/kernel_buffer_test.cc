// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/kernel_buffer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Octets that fit into the kernel without a reader.
size_t Capacity(int fd) {
  const std::string block(4096, 'x');
  size_t taken = 0;
  for (;;) {
    const ssize_t n = send(fd, block.data(), block.size(), MSG_DONTWAIT);
    if (n < 0) return taken;
    taken += static_cast<size_t>(n);
  }
}

TEST(KernelBufferTest, MoreFitsIntoASocketAfterwardsInTheWritersDirection) {
  absl::StatusOr<SocketPair> small = MakeSocketPair();
  absl::StatusOr<SocketPair> large = MakeSocketPair();
  ASSERT_TRUE(small.ok() && large.ok());
  ASSERT_TRUE(SetKernelBuffer(small->ours.get(), 16 * 1024).ok());
  absl::StatusOr<int> granted = SetKernelBuffer(large->ours.get(), 128 * 1024);
  ASSERT_TRUE(granted.ok()) << granted.status();
  EXPECT_GE(*granted, 128 * 1024);
  EXPECT_GT(Capacity(large->ours.get()), 2 * Capacity(small->ours.get()));
}

TEST(KernelBufferTest, ReportsLessWhenTheKernelGrantsLess) {
  absl::StatusOr<SocketPair> pair = MakeSocketPair();
  ASSERT_TRUE(pair.ok());
  absl::StatusOr<int> granted = SetKernelBuffer(pair->ours.get(), 1 << 30);
  ASSERT_TRUE(granted.ok()) << granted.status();
  EXPECT_GT(*granted, 0);
  EXPECT_LT(*granted, 1 << 30);
}

TEST(KernelBufferTest, SetsAPipesSize) {
  absl::StatusOr<PipePair> pipe = MakePipe();
  ASSERT_TRUE(pipe.ok());
  absl::StatusOr<int> granted = SetKernelBuffer(pipe->read_end.get(), 8192);
  ASSERT_TRUE(granted.ok()) << granted.status();
  EXPECT_EQ(*granted, 8192);
  EXPECT_EQ(fcntl(pipe->write_end.get(), F_GETPIPE_SZ), 8192);
}

TEST(KernelBufferTest, KnowsWhatIsToBeRead) {
  absl::StatusOr<SocketPair> sockets = MakeSocketPair();
  absl::StatusOr<PipePair> pipe = MakePipe();
  ASSERT_TRUE(sockets.ok() && pipe.ok());
  const auto check = [](int writer, int reader) {
    EXPECT_EQ(KernelOctets(reader), 0);
    ASSERT_EQ(write(writer, "12345", 5), 5);
    ASSERT_EQ(write(writer, "678", 3), 3);
    EXPECT_EQ(KernelOctets(reader), 8);
    char got[6];
    ASSERT_EQ(read(reader, got, sizeof(got)), 6);
    EXPECT_EQ(KernelOctets(reader), 2);
  };
  check(sockets->theirs.get(), sockets->ours.get());
  check(pipe->write_end.get(), pipe->read_end.get());
  // Also when nobody writes any more.
  sockets->theirs.Reset();
  pipe->write_end.Reset();
  EXPECT_EQ(KernelOctets(sockets->ours.get()), 2);
  EXPECT_EQ(KernelOctets(pipe->read_end.get()), 2);
}

TEST(KernelBufferTest, RefusesNonsense) {
  absl::StatusOr<PipePair> pipe = MakePipe();
  ASSERT_TRUE(pipe.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(
      SetKernelBuffer(pipe->read_end.get(), 0).status()));
  OwnedFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(SetKernelBuffer(null.get(), 4096).status()));
  const int closed = null.get();
  null.Reset();
  EXPECT_FALSE(SetKernelBuffer(closed, 4096).ok());
}

}  // namespace
}  // namespace forkrpc
