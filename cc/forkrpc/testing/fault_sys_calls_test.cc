// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/fault_sys_calls.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class FaultSysCallsTest : public testing::Test {
 protected:
  void Attach(const char* plan) {
    faults_ = nullptr;  // one at a time
    faults_ = std::make_unique<FaultSysCalls>(
        pair_.ours.get(), StreamEnd::kClient, *ParseFaultPlan(plan));
  }
  // "hello", " world" in two buffers. What the call said, and errno.
  ssize_t SendHello() {
    iovec vectors[] = {{const_cast<char*>("hello"), 5},
                       {const_cast<char*>(" world"), 6}};
    msghdr message = {};
    message.msg_iov = vectors;
    message.msg_iovlen = 2;
    return sys_->sendmsg(pair_.ours.get(), &message, MSG_NOSIGNAL);
  }
  ssize_t Receive() {
    return sys_->recv(pair_.ours.get(), buffer_, sizeof(buffer_), 0);
  }
  std::string Arrived() {
    char arrived[100];
    const ssize_t n =
        recv(pair_.theirs.get(), arrived, sizeof(arrived), MSG_DONTWAIT);
    return std::string(arrived, n > 0 ? static_cast<size_t>(n) : 0);
  }

  const SysCalls* const sys_ = FaultSysCalls::table();
  SocketPair pair_ = *MakeSocketPair();
  std::unique_ptr<FaultSysCalls> faults_;
  char buffer_[100] = "";
};

TEST_F(FaultSysCallsTest, ShortCountsEndAnywhereInTheBuffers) {
  Attach("client write 0 short 3; client write 1 short 7");
  EXPECT_EQ(SendHello(), 3);
  EXPECT_EQ(Arrived(), "hel");
  EXPECT_EQ(SendHello(), 7);
  EXPECT_EQ(Arrived(), "hello w");
  EXPECT_EQ(SendHello(), 11);
  EXPECT_EQ(Arrived(), "hello world");
  EXPECT_EQ(faults_->count(FaultOp::kWrite), 3);
}

TEST_F(FaultSysCallsTest, ErrorsComeAsOftenAsThePlanSaysAndMoveNothing) {
  Attach(
      "client read 0 EINTR 2; client read 2 would-block 1; "
      "client read 3 error EIO; client read 4 short 2; client read 5 eof");
  ASSERT_EQ(write(pair_.theirs.get(), "12345", 5), 5);
  for (const int error : {EINTR, EINTR, EAGAIN, EIO}) {
    errno = 0;
    EXPECT_EQ(Receive(), -1);
    EXPECT_EQ(errno, error);
  }
  EXPECT_EQ(Receive(), 2);
  EXPECT_EQ(Receive(), 0);
  EXPECT_EQ(Receive(), 3);
  EXPECT_EQ(std::string(buffer_, 3), "345");
  EXPECT_EQ(faults_->count(FaultOp::kRead), 7);
  EXPECT_EQ(faults_->count(FaultOp::kWrite), 0);
}

TEST_F(FaultSysCallsTest, PipesAreReadAndWrittenByOthers) {
  PipePair pipe = *MakePipe();
  const FaultSysCalls reader(pipe.read_end.get(), StreamEnd::kServer,
                             *ParseFaultPlan("server read 0 short 1"));
  const FaultSysCalls writer(pipe.write_end.get(), StreamEnd::kServer,
                             *ParseFaultPlan("server write 0 short 6"));
  const iovec vectors[] = {{const_cast<char*>("hello"), 5},
                           {const_cast<char*>(" world"), 6}};
  EXPECT_EQ(sys_->writev(pipe.write_end.get(), vectors, 2), 6);
  EXPECT_EQ(sys_->read(pipe.read_end.get(), buffer_, sizeof(buffer_)), 1);
  EXPECT_EQ(sys_->read(pipe.read_end.get(), buffer_, sizeof(buffer_)), 5);
}

TEST_F(FaultSysCallsTest, OtherDescriptorsAndTheOtherEndsFaultsAreLeftAlone) {
  Attach("server write 0 error EPIPE; server read 0 eof");
  EXPECT_EQ(SendHello(), 11);
  EXPECT_EQ(sys_->recv(pair_.theirs.get(), buffer_, sizeof(buffer_), 0), 11);
  EXPECT_EQ(faults_->count(FaultOp::kWrite), 1);
  EXPECT_EQ(faults_->count(FaultOp::kRead), 0);
  // Detached, its number may be attached again, and counts anew.
  Attach("client write 0 error EPIPE");
  EXPECT_EQ(SendHello(), -1);
  faults_ = nullptr;
  EXPECT_EQ(SendHello(), 11);
}

// What FdTransport makes of them.
TEST_F(FaultSysCallsTest, ATransportHidesWhatAKernelMayDo) {
  Attach(
      "client read 0 EINTR 3; client read 3 would-block 1; "
      "client write 0 EINTR 1; client write 1 would-block 2; "
      "client write 3 short 1; client write 4 error EPIPE");
  const auto transport = *FdTransport::FromSocket(std::move(pair_.ours), sys_);
  ASSERT_EQ(write(pair_.theirs.get(), "x", 1), 1);
  EXPECT_EQ(transport->Read(absl::MakeSpan(buffer_), IoMode::kBlock)->octets,
            1);
  EXPECT_EQ(transport->Write({"yz"}, IoMode::kBlock)->octets, 1);
  EXPECT_EQ(Arrived(), "y");
  EXPECT_TRUE(
      absl::IsUnavailable(transport->Write({"z"}, IoMode::kBlock).status()));
  EXPECT_EQ(faults_->count(FaultOp::kRead), 5);
  EXPECT_EQ(faults_->count(FaultOp::kWrite), 5);
}

}  // namespace
}  // namespace forkrpc
