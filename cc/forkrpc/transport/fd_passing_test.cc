// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/fd_passing.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/transport/stream_pair.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

int OpenDescriptors() {
  int open = 0;
  for (int fd = 0; fd < 512; ++fd) open += fcntl(fd, F_GETFD) >= 0;
  return open;
}

// A message of any number of descriptors, as a peer with other limits sends it.
void SendMany(int socket, size_t count) {
  std::vector<int> fds(count, 0);
  std::vector<char> buffer(CMSG_SPACE(sizeof(int) * count));
  char octet = 'x';
  iovec vector = {&octet, 1};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = buffer.data();
  message.msg_controllen = buffer.size();
  cmsghdr* const control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int) * count);
  memcpy(CMSG_DATA(control), fds.data(), sizeof(int) * count);
  ASSERT_EQ(sendmsg(socket, &message, 0), 1);
}

class FdPassingTest : public testing::Test {
 protected:
  // Every test leaves as many descriptors open as there were.
  void SetUp() override {
    before_ = OpenDescriptors();
    sockets_ = *MakeSocketPair();
  }
  void TearDown() override {
    sockets_ = SocketPair();
    EXPECT_EQ(OpenDescriptors(), before_);
  }

  int ours() const { return sockets_.ours.get(); }
  int theirs() const { return sockets_.theirs.get(); }

  SocketPair sockets_;
  int before_ = 0;
};

TEST_F(FdPassingTest, PassesDescriptorsInOrder) {
  PipePair first = *MakePipe();
  PipePair second = *MakePipe();
  ASSERT_TRUE(
      SendFds(ours(), {first.write_end.get(), second.write_end.get()}).ok());
  first.write_end.Reset();
  second.write_end.Reset();
  auto got = ReceiveFds(theirs());
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->size(), 2);
  ASSERT_EQ(write((*got)[0].get(), "1", 1), 1);
  ASSERT_EQ(write((*got)[1].get(), "2", 1), 1);
  char octet;
  ASSERT_EQ(read(first.read_end.get(), &octet, 1), 1);
  EXPECT_EQ(octet, '1');
  ASSERT_EQ(read(second.read_end.get(), &octet, 1), 1);
  EXPECT_EQ(octet, '2');
}

TEST_F(FdPassingTest, WhatIsReceivedIsCloseOnExec) {
  ASSERT_TRUE(SendFds(ours(), {0}).ok());
  auto got = ReceiveFds(theirs());
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(fcntl((*got)[0].get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(FdPassingTest, MessagesStayApart) {
  ASSERT_TRUE(SendFds(ours(), {0, 0}).ok());
  ASSERT_TRUE(SendFds(ours(), {0}).ok());
  EXPECT_EQ(ReceiveFds(theirs())->size(), 2);
  EXPECT_EQ(ReceiveFds(theirs())->size(), 1);
}

TEST_F(FdPassingTest, TakesAndSendsTheMostThatIsAllowed) {
  const std::vector<int> most(kMaxPassedFds, 0);
  ASSERT_TRUE(SendFds(ours(), most).ok());
  EXPECT_EQ(ReceiveFds(theirs())->size(), kMaxPassedFds);
  const std::vector<int> more(kMaxPassedFds + 1, 0);
  const absl::Status refused = SendFds(ours(), more);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_TRUE(absl::IsFailedPrecondition(SendFds(ours(), {})));
}

TEST_F(FdPassingTest, RefusesMoreThanTheCallerWants) {
  ASSERT_TRUE(SendFds(ours(), {0, 0, 0}).ok());
  ASSERT_TRUE(SendFds(ours(), {0}).ok());
  const absl::Status refused = ReceiveFds(theirs(), 2).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()),
              testing::HasSubstr("3 descriptors, the limit is 2"));
  EXPECT_EQ(ReceiveFds(theirs(), 2)->size(), 1);
}

TEST_F(FdPassingTest, RefusesAFlood) {
  SendMany(ours(), kMaxPassedFds + 1);
  SendMany(ours(), 253);
  for (int i = 0; i < 2; ++i) {
    const absl::Status refused = ReceiveFds(theirs()).status();
    EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  }
}

TEST_F(FdPassingTest, WithoutNumbersLeftItIsRefusedWhole) {
  ASSERT_TRUE(SendFds(ours(), {0, 0, 0}).ok());
  const int highest = dup(0);
  close(highest);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = static_cast<rlim_t>(highest) + 2;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const absl::Status refused = ReceiveFds(theirs()).status();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
}

TEST_F(FdPassingTest, AMessageWithoutDescriptorsIsDataLoss) {
  ASSERT_EQ(write(ours(), "xy", 2), 2);
  EXPECT_TRUE(absl::IsDataLoss(ReceiveFds(theirs()).status()));
}

TEST_F(FdPassingTest, APeerThatIsGoneIsUnavailable) {
  signal(SIGPIPE, SIG_DFL);
  sockets_.theirs.Reset();
  EXPECT_TRUE(absl::IsUnavailable(ReceiveFds(ours()).status()));
  const absl::Status sent = SendFds(ours(), {0});
  EXPECT_TRUE(absl::IsUnavailable(sent)) << sent;
}

TEST_F(FdPassingTest, NeverWaitsBeyondTheDeadline) {
  const absl::Status received =
      ReceiveFds(theirs(), 1, MonotonicNow() + absl::Milliseconds(1)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(received)) << received;
  const std::string octets(size_t{1} << 16, 'x');
  while (send(ours(), octets.data(), octets.size(), MSG_DONTWAIT) > 0) {
  }
  const absl::Status sent = SendFds(ours(), {0}, MonotonicTime::InfinitePast());
  EXPECT_TRUE(absl::IsDeadlineExceeded(sent)) << sent;
}

}  // namespace
}  // namespace forkrpc
