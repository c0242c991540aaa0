// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/stream_pair.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/base/owned_fd.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

int OpenDescriptors() {
  int open = 0;
  for (int fd = 0; fd < 256; ++fd) open += fcntl(fd, F_GETFD) >= 0;
  return open;
}

void ExpectCloexec(int fd) {
  EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC) << "descriptor " << fd;
}

TEST(StreamPairTest, SocketsAreConnectedStreamsThatNobodyInherits) {
  absl::StatusOr<SocketPair> pair = MakeSocketPair();
  ASSERT_TRUE(pair.ok()) << pair.status();
  ExpectCloexec(pair->ours.get());
  ExpectCloexec(pair->theirs.get());
  ASSERT_EQ(send(pair->ours.get(), "ab", 2, 0), 2);
  ASSERT_EQ(send(pair->ours.get(), "c", 1, 0), 1);
  char got[8];
  EXPECT_EQ(recv(pair->theirs.get(), got, sizeof(got), 0), 3);  // a stream
  ASSERT_EQ(send(pair->theirs.get(), "d", 1, 0), 1);
  EXPECT_EQ(recv(pair->ours.get(), got, sizeof(got), 0), 1);
}

TEST(StreamPairTest, PipesLeadFromWriteEndToReadEnd) {
  absl::StatusOr<PipePair> pipe = MakePipe();
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  ExpectCloexec(pipe->read_end.get());
  ExpectCloexec(pipe->write_end.get());
  ASSERT_EQ(write(pipe->write_end.get(), "x", 1), 1);
  char got;
  EXPECT_EQ(read(pipe->read_end.get(), &got, 1), 1);
}

TEST(StreamPairTest, NeverTakesAStandardNumber) {
  // As in a daemon: 0 and 2 are closed while the pairs are made.
  OwnedFd saved_in(fcntl(0, F_DUPFD_CLOEXEC, 10));
  OwnedFd saved_err(fcntl(2, F_DUPFD_CLOEXEC, 10));
  close(0);
  close(2);
  absl::StatusOr<SocketPair> pair = MakeSocketPair();
  absl::StatusOr<PipePair> pipe = MakePipe();
  const bool closed = fcntl(0, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0;
  if (saved_in.valid()) dup2(saved_in.get(), 0);
  dup2(saved_err.get(), 2);
  EXPECT_TRUE(closed);
  ASSERT_TRUE(pair.ok()) << pair.status();
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  for (const int fd : {pair->ours.get(), pair->theirs.get(),
                       pipe->read_end.get(), pipe->write_end.get()}) {
    EXPECT_GT(fd, 2);
    ExpectCloexec(fd);
  }
}

TEST(StreamPairTest, WithoutDescriptorsIsAStatusAndLeaksNone) {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int before = OpenDescriptors();
  for (int spare = 0; spare < 2; ++spare) {
    // Numbers below the limit that are free: exactly `spare`.
    int low = 0;
    for (int free = 0; free < spare || fcntl(low, F_GETFD) >= 0; ++low) {
      if (fcntl(low, F_GETFD) < 0) ++free;
    }
    const rlimit lowered = {static_cast<rlim_t>(low), limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
    absl::StatusOr<SocketPair> pair = MakeSocketPair();
    absl::StatusOr<PipePair> pipe = MakePipe();
    setrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_EQ(pair.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(pipe.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(pipe.status().message(),
              "cannot make a pipe: Too many open files");
    EXPECT_EQ(OpenDescriptors(), before);
  }
}

}  // namespace
}  // namespace forkrpc
