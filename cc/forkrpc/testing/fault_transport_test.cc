// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/fault_transport.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/testing/memory_transport.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class FaultTransportTest : public testing::Test {
 protected:
  void SetPlan(const char* plan) {
    faulty_ = std::make_unique<FaultTransport>(&near_, StreamEnd::kClient,
                                               *ParseFaultPlan(plan),
                                               [this] { return now_; });
  }
  // "octets", "-" for would-block, "eof", or the code of the error.
  std::string Read(IoMode mode = IoMode::kNonBlock) {
    char buffer[100];
    const auto got = faulty_->Read(absl::MakeSpan(buffer), mode);
    if (!got.ok()) return absl::StatusCodeToString(got.status().code());
    if (got->kind == IoResult::kEof) return "eof";
    return got->octets == 0 ? "-" : std::string(buffer, got->octets);
  }
  std::string Write(absl::string_view a, absl::string_view b) {
    const auto put = faulty_->Write({a, b}, IoMode::kNonBlock);
    if (!put.ok()) return absl::StatusCodeToString(put.status().code());
    return absl::StrCat(put->octets);
  }
  std::string AtPeer() {
    char buffer[100];
    return std::string(buffer, out_.Get(absl::MakeSpan(buffer)));
  }

  MemoryPipe in_{100}, out_{10};
  MemoryTransport near_{&in_, &out_};
  MonotonicTime now_ = MonotonicTime();
  std::unique_ptr<FaultTransport> faulty_;
};

TEST_F(FaultTransportTest, NoFaultChangesNothing) {
  SetPlan("server read 0 eof; server write 0 error EPIPE");
  EXPECT_EQ(Read(), "-");
  in_.Put("abc");
  EXPECT_EQ(Read(), "abc");
  EXPECT_EQ(Write("0123", "456789ab"), "10");
  EXPECT_EQ(Write("a", "b"), "0");
  EXPECT_EQ(AtPeer(), "0123456789");
  in_.CloseWriter();
  EXPECT_EQ(Read(), "eof");
  EXPECT_TRUE(faulty_->ShutdownWrite().ok());
  EXPECT_TRUE(out_.writer_closed());
  EXPECT_EQ(faulty_->count(FaultOp::kRead), 3);
  EXPECT_EQ(faulty_->count(FaultOp::kWrite), 2);
  EXPECT_EQ(faulty_->count(FaultOp::kShutdown), 1);
}

TEST_F(FaultTransportTest, ShortMovesSoMuchOnce) {
  SetPlan("client read 1 short 2; client write 0 short 5");
  in_.Put("abcdef");
  char one;
  EXPECT_EQ(faulty_->Read(absl::MakeSpan(&one, 1), IoMode::kNonBlock)->octets,
            1);
  EXPECT_EQ(Read(), "bc");
  EXPECT_EQ(Read(), "def");
  EXPECT_EQ(Write("012", "3456"), "5");
  EXPECT_EQ(AtPeer(), "01234");
  EXPECT_EQ(Write("56", ""), "2");
}

TEST_F(FaultTransportTest, WouldBlockSoOftenAndABlockingCallWaits) {
  SetPlan("client read 0 would-block 2; client write 1 would-block 1");
  in_.Put("abc");
  EXPECT_EQ(Read(), "-");
  EXPECT_EQ(Read(), "-");
  EXPECT_EQ(Read(), "abc");
  EXPECT_EQ(Write("a", "b"), "2");
  EXPECT_EQ(Write("a", "b"), "0");
  EXPECT_EQ(Write("c", "d"), "2");
  EXPECT_EQ(AtPeer(), "abcd");
  SetPlan("client read 0 would-block 2");
  in_.Put("abc");
  EXPECT_EQ(Read(IoMode::kBlock), "abc");
}

TEST_F(FaultTransportTest, ErrorsAndTheEndStayInTheirDirection) {
  SetPlan("client read 0 error ECONNRESET");
  in_.Put("abc");
  EXPECT_EQ(Read(), "UNAVAILABLE");
  EXPECT_EQ(Read(), "UNAVAILABLE");
  EXPECT_EQ(Write("a", "b"), "2");
  SetPlan("client write 0 error EIO; client read 1 eof");
  EXPECT_EQ(Write("a", "b"), "INTERNAL");
  EXPECT_EQ(Write("a", "b"), "INTERNAL");
  EXPECT_EQ(Read(), "abc");
  in_.Put("abc");
  EXPECT_EQ(Read(), "eof");
  EXPECT_EQ(Read(), "eof");
}

TEST_F(FaultTransportTest, AFailedHalfCloseIsToldAndDone) {
  SetPlan("client shutdown 0 error ENOTCONN");
  EXPECT_FALSE(faulty_->ShutdownWrite().ok());
  EXPECT_TRUE(out_.writer_closed());
}

TEST_F(FaultTransportTest, ADelayIsOverAtItsTime) {
  SetPlan("client read 0 delay 5");
  in_.Put("abc");
  EXPECT_EQ(Read(), "-");
  EXPECT_EQ(faulty_->resume_time(), now_ + absl::Milliseconds(5));
  now_ += absl::Milliseconds(4);
  EXPECT_EQ(Read(), "-");
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Read(), "abc");
  EXPECT_EQ(faulty_->resume_time(), MonotonicTime::InfiniteFuture());
}

TEST(MemoryTransportTest, IsAsAKernelsPipe) {
  MemoryPipe up(4), down(4);
  MemoryTransport client(&down, &up);
  char buffer[10];
  const auto server = std::make_unique<MemoryTransport>(&up, &down);
  EXPECT_EQ(client.Write({"01", "23456"}, IoMode::kNonBlock)->octets, 4);
  EXPECT_EQ(client.Write({"4"}, IoMode::kNonBlock)->kind,
            IoResult::kWouldBlock);
  EXPECT_FALSE(client.Write({"4"}, IoMode::kBlock).ok());
  EXPECT_EQ(server->Read(absl::MakeSpan(buffer, 3), IoMode::kNonBlock)->octets,
            3);
  EXPECT_EQ(absl::string_view(buffer, 3), "012");
  EXPECT_EQ(client.Write({"45", "67"}, IoMode::kNonBlock)->octets, 3);
  EXPECT_EQ(server->Read(absl::MakeSpan(buffer), IoMode::kNonBlock)->octets, 4);
  EXPECT_EQ(absl::string_view(buffer, 4), "3456");
  EXPECT_EQ(server->Write({"ab"}, IoMode::kNonBlock)->octets, 2);
  server->Close();
  EXPECT_EQ(client.Write({"x"}, IoMode::kNonBlock).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(client.Read(absl::MakeSpan(buffer), IoMode::kNonBlock)->octets, 2);
  EXPECT_EQ(client.Read(absl::MakeSpan(buffer), IoMode::kNonBlock)->kind,
            IoResult::kEof);
}

}  // namespace
}  // namespace forkrpc
