// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/pipe_writers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

uint64_t Inode(const OwnedFd& fd) {
  struct stat found;
  EXPECT_EQ(fstat(fd.get(), &found), 0);
  return found.st_ino;
}

TEST(PipeWritersTest, CountsEveryWritingEndOfAnEmptyPipe) {
  PipePair pipe = *MakePipe();
  const uint64_t inode = Inode(pipe.read_end);
  OwnedFd copy(fcntl(pipe.write_end.get(), F_DUPFD_CLOEXEC, 3));
  EXPECT_TRUE(HasPipeWriter(getpid(), inode));
  pipe.write_end.Reset();
  EXPECT_TRUE(HasPipeWriter(getpid(), inode));
  copy.Reset();
  EXPECT_FALSE(HasPipeWriter(getpid(), inode));
}

TEST(PipeWritersTest, LeavesWhatIsInThePipeToItsReader) {
  PipePair pipe = *MakePipe();
  ASSERT_EQ(write(pipe.write_end.get(), "ab", 2), 2);
  EXPECT_FALSE(HasPipeWriter(getpid(), Inode(pipe.read_end)));
  char buffer[10];
  EXPECT_EQ(read(pipe.read_end.get(), buffer, sizeof(buffer)), 2);
}

TEST(PipeWritersTest, KnowsNothingOfOtherDescriptors) {
  const SocketPair sockets = *MakeSocketPair();
  EXPECT_FALSE(HasPipeWriter(getpid(), Inode(sockets.ours)));
  EXPECT_FALSE(HasPipeWriter(-1, Inode(MakePipe()->read_end)));
}

}  // namespace
}  // namespace forkrpc
