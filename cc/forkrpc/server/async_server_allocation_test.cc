// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// In the steady state an AsyncServer allocates nothing.

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A parent that sends the same requests again and again, each time when all
// are answered. The server echoes, so as many octets come back.
class Rounds {
 public:
  Rounds(int calls, size_t payload_size, AsyncHandler handler)
      : response_(size_t{1} << 16) {
    const std::string payload(payload_size, 'x');
    for (int id = 1; id <= calls; ++id) {
      char header[kMaxHeaderSize];
      char* const end =
          EncodeHeader(FrameLayout::kIdAndLength, static_cast<uint32_t>(id),
                       static_cast<uint32_t>(payload_size), header);
      requests_.append(header, end - header);
      requests_ += payload;
    }
    SocketPair wire = *MakeSocketPair();
    ours_ = std::move(wire.ours);
    transport_ = *FdTransport::FromSocket(std::move(wire.theirs));
    auto server = AsyncServer::Start(transport_.get(), std::move(handler),
                                     AsyncServerOptions(), &loop_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    watch_ = *loop_.WatchFd(ours_.get(), [this](unsigned) { Receive(); });
    watch_->SetInterest(EventLoop::kReadable);
  }

  void Run(int rounds) {
    left_ = rounds;
    Send();
    loop_.Run();
    EXPECT_EQ(left_, 0);
  }

 private:
  void Send() {
    awaited_ = requests_.size();
    ASSERT_EQ(send(ours_.get(), requests_.data(), requests_.size(), 0),
              static_cast<ssize_t>(requests_.size()));
  }

  void Receive() {
    const ssize_t got =
        recv(ours_.get(), response_.data(), response_.size(), 0);
    ASSERT_GT(got, 0);
    awaited_ -= static_cast<size_t>(got);
    if (awaited_ > 0) return;
    if (--left_ == 0) return loop_.Stop();
    Send();
  }

  std::string requests_;
  std::vector<char> response_;
  LibuvLoop loop_;
  OwnedFd ours_;
  std::unique_ptr<FdTransport> transport_;
  std::unique_ptr<AsyncServer> server_;
  std::unique_ptr<FdWatch> watch_;
  size_t awaited_ = 0;
  int left_ = 0;
};

int64_t AllocationsOf(int calls, size_t payload_size, AsyncHandler handler) {
  Rounds rounds(calls, payload_size, std::move(handler));
  rounds.Run(100);
  AllocationCounter counter;
  rounds.Run(100);
  return counter.allocations();
}

AsyncHandler AtOnce() {
  return [](absl::string_view request, Responder responder) {
    EXPECT_TRUE(responder.Respond(request).ok());
  };
}

TEST(AsyncServerAllocationTest, NoneForOneCallAtATime) {
  EXPECT_EQ(AllocationsOf(1, 16, AtOnce()), 0);
}

TEST(AsyncServerAllocationTest, NoneForManyCalls) {
  EXPECT_EQ(AllocationsOf(100, 16, AtOnce()), 0);
}

TEST(AsyncServerAllocationTest, NoneForResponsesThatAreWrittenWithoutACopy) {
  EXPECT_EQ(AllocationsOf(2, 20 << 10, AtOnce()), 0);
}

// All of a round are answered when the last of it has come.
TEST(AsyncServerAllocationTest, NoneForAnswersThatComeLater) {
  std::vector<Responder> waiting;
  waiting.reserve(10);
  EXPECT_EQ(AllocationsOf(10, 16,
                          [&](absl::string_view request, Responder responder) {
                            waiting.push_back(std::move(responder));
                            if (waiting.size() < 10) return;
                            for (Responder& one : waiting) {
                              EXPECT_TRUE(one.Respond(request).ok());
                            }
                            waiting.clear();
                          }),
            0);
}

}  // namespace
}  // namespace forkrpc
