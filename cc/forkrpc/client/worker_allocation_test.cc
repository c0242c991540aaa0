// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// In the steady state a Worker allocates nothing.

#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Calls a worker that sends back what it gets: in the async form the response
// of an echo is the request's octets.
class Echo {
 public:
  Echo() {
    SocketPair wire = *MakeSocketPair();
    theirs_ = std::move(wire.theirs);
    auto transport = FdTransport::FromSocket(std::move(wire.ours));
    EXPECT_TRUE(transport.ok()) << transport.status();
    WorkerOptions options;
    options.on_destroy = [this] { loop_.Stop(); };
    auto worker = Worker::Connect(*std::move(transport), options, &loop_);
    EXPECT_TRUE(worker.ok()) << worker.status();
    worker_ = *std::move(worker);
    auto watch = loop_.WatchFd(theirs_.get(), [this](unsigned) { SendBack(); });
    EXPECT_TRUE(watch.ok()) << watch.status();
    watch_ = *std::move(watch);
    watch_->SetInterest(EventLoop::kReadable);
  }

  ~Echo() {
    ending_ = true;
    worker_ = nullptr;
    loop_.Run();
  }

  // Makes `calls` calls, keeping `in_flight` on their way.
  void Run(int calls, int in_flight, const std::string& payload,
           absl::Duration timeout) {
    payload_ = &payload;
    timeout_ = timeout;
    to_start_ = calls - in_flight;
    to_end_ = calls;
    for (int i = 0; i < in_flight; ++i) Start();
    loop_.Run();
    EXPECT_EQ(to_end_, 0);
  }

 private:
  void Start() {
    CallOptions options;
    options.deadline = MonotonicNow() + timeout_;
    worker_->Call(*payload_, options,
                  [this](absl::StatusOr<absl::string_view> response) {
                    ASSERT_TRUE(response.ok()) << response.status();
                    ASSERT_EQ(response->size(), payload_->size());
                    if (to_start_ > 0) {
                      --to_start_;
                      Start();
                    }
                    if (--to_end_ == 0) loop_.Stop();
                  });
  }

  void SendBack() {
    static char octets[1 << 16];
    const ssize_t got = recv(theirs_.get(), octets, sizeof(octets), 0);
    if (got <= 0) {
      ASSERT_TRUE(ending_);
      watch_ = nullptr;
      theirs_.Reset();
      return;
    }
    ASSERT_EQ(send(theirs_.get(), octets, got, MSG_NOSIGNAL), got);
  }

  LibuvLoop loop_;
  OwnedFd theirs_;
  std::unique_ptr<FdWatch> watch_;
  std::unique_ptr<Worker> worker_;
  const std::string* payload_ = nullptr;
  absl::Duration timeout_;
  int to_start_ = 0;
  int to_end_ = 0;
  bool ending_ = false;
};

int64_t AllocationsOf(size_t payload_size, int in_flight,
                      absl::Duration timeout) {
  const std::string payload(payload_size, 'x');
  Echo echo;
  echo.Run(2000, in_flight, payload, timeout);
  AllocationCounter counter;
  echo.Run(2000, in_flight, payload, timeout);
  return counter.allocations();
}

TEST(WorkerAllocationTest, NoneForOneCallAtATime) {
  EXPECT_EQ(AllocationsOf(16, 1, absl::InfiniteDuration()), 0);
}

TEST(WorkerAllocationTest, NoneForManyCalls) {
  EXPECT_EQ(AllocationsOf(16, 100, absl::InfiniteDuration()), 0);
}

TEST(WorkerAllocationTest, NoneForCallsThatAreWrittenWithoutACopy) {
  EXPECT_EQ(AllocationsOf(20 << 10, 1, absl::InfiniteDuration()), 0);
}

TEST(WorkerAllocationTest, NoneForDeadlines) {
  EXPECT_EQ(AllocationsOf(16, 1, absl::Hours(1)), 0);
  EXPECT_EQ(AllocationsOf(16, 100, absl::Hours(1)), 0);
}

}  // namespace
}  // namespace forkrpc
