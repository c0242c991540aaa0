// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "forkrpc/base/owned_fd.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Standard error is a pipe as long as this is there.
class StderrPipe {
 public:
  StderrPipe() : before_(dup(STDERR_FILENO)) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    read_end_.Reset(ends[0]);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
  }
  ~StderrPipe() { dup2(before_.get(), STDERR_FILENO); }

  // Leaves no room for an octet more.
  void Fill() {
    const int flags = fcntl(STDERR_FILENO, F_GETFL);
    fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
    const std::string octets(4096, 'x');
    while (write(STDERR_FILENO, octets.data(), octets.size()) > 0) {
    }
    fcntl(STDERR_FILENO, F_SETFL, flags);
  }

  std::string Read() {
    char buffer[100];
    const ssize_t got = read(read_end_.get(), buffer, sizeof(buffer));
    return std::string(buffer, got > 0 ? static_cast<size_t>(got) : 0);
  }

 private:
  const OwnedFd before_;
  OwnedFd read_end_;
};

TEST(StderrLineTest, IsWritten) {
  StderrPipe out;
  WriteStderrLine("lost a worker");
  EXPECT_EQ(out.Read(), "forkrpc: lost a worker\n");
}

// A blocking write would never come back.
TEST(StderrLineTest, DoesNotWaitForWhoeverReads) {
  StderrPipe out;
  out.Fill();
  WriteStderrLine("lost a worker");
  EXPECT_EQ(out.Read().substr(0, 3), "xxx");
}

TEST(StderrLineTest, IsLostWhereStandardErrorIsClosed) {
  const OwnedFd before(dup(STDERR_FILENO));
  close(STDERR_FILENO);
  WriteStderrLine("lost a worker");
  EXPECT_EQ(fcntl(STDERR_FILENO, F_GETFD), -1);
  dup2(before.get(), STDERR_FILENO);
}

}  // namespace
}  // namespace forkrpc
