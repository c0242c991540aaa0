// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Payloads that stay the caller's until the callback has run.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/client/worker_test_util.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Calls with payloads that are wiped in their callbacks, as by who gives back
// the memory there.
class WorkerBorrowTest : public WorkerFixture {
 protected:
  // Callbacks use what is here.
  ~WorkerBorrowTest() override {
    if (destroyed_) return;
    Terminate(absl::ZeroDuration());
    EXPECT_TRUE(RunToTheEnd());
  }

  void Borrow(std::string name, size_t size,
              absl::Duration timeout = absl::InfiniteDuration()) {
    payloads_[name] = std::string(size, name[0]);
    CallOptions options;
    options.timeout = timeout;
    options.payload = PayloadLifetime::kBorrow;
    last_ = worker_->Call(payloads_[name], options,
                          [this, name, callback = Callback(name)](
                              absl::StatusOr<absl::string_view> end) mutable {
                            callback(std::move(end));
                            payloads_.erase(name);
                          });
  }
  void ExpectPeerGot(const std::vector<std::pair<char, size_t>>& want) {
    ASSERT_TRUE(PeerGets(want.size()));
    for (size_t i = 0; i < want.size(); ++i) {
      EXPECT_EQ(peer_->frames()[i].payload,
                std::string(want[i].second, want[i].first));
    }
  }

  std::map<std::string, std::string> payloads_;
  CallId last_ = 0;
};

TEST_F(WorkerBorrowTest, StaysUntilTheResponse) {
  ConnectToPeer();
  Borrow("a", 3 << 20);
  Borrow("b", 1 << 20);
  Borrow("c", 100);
  ExpectPeerGot({{'a', 3 << 20}, {'b', 1 << 20}, {'c', 100}});
  EXPECT_EQ(payloads_.size(), 3u);
  for (CallId call = 1; call <= 3; ++call) Answer(call, "ok");
  ASSERT_TRUE(LoggedTo("c=ok"));
  EXPECT_TRUE(payloads_.empty());
}

TEST_F(WorkerBorrowTest, IsNotCopied) {
  ConnectToPeer();
  Borrow("a", 3 << 20);  // what a first call needs
  AllocationCounter counter;
  Borrow("b", 3 << 20);
  EXPECT_LT(counter.peak_octets(), (3 << 20) + (64 << 10));  // "b" itself
  ExpectPeerGot({{'a', 3 << 20}, {'b', 3 << 20}});
}

// The frame must go out whole all the same: the child waits for its rest.
TEST_F(WorkerBorrowTest, IsTakenBackAtADeadline) {
  ConnectToPeer();
  Borrow("a", 3 << 20, absl::Milliseconds(100));
  loop_.RunForAWhile();  // the stream takes a part of it
  Borrow("b", 1 << 20);
  ASSERT_TRUE(LoggedTo("a!DEADLINE_EXCEEDED"));
  EXPECT_EQ(payloads_.size(), 1u);
  ExpectPeerGot({{'a', 3 << 20}, {'b', 1 << 20}});
}

TEST_F(WorkerBorrowTest, IsTakenBackByACancel) {
  ConnectToPeer();
  Borrow("a", 3 << 20);
  loop_.RunForAWhile();  // the stream takes a part of it
  ASSERT_TRUE(Cancel(last_).ok());
  ASSERT_TRUE(LoggedTo("a!CANCELLED"));
  EXPECT_TRUE(payloads_.empty());
  ExpectPeerGot({{'a', 3 << 20}});
}

// It cannot have read the request, but who frees the payload then is right.
TEST_F(WorkerBorrowTest, IsTakenBackByAResponseThatComesTooEarly) {
  ConnectToPeer();
  Borrow("a", 3 << 20);
  Answer(last_, "early");
  ASSERT_TRUE(LoggedTo("a=early"));
  EXPECT_TRUE(payloads_.empty());
  ExpectPeerGot({{'a', 3 << 20}});
}

TEST_F(WorkerBorrowTest, IsNotLookedAtAfterTheEnd) {
  ConnectToPeer();
  Borrow("a", 3 << 20);
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(Count("a!UNAVAILABLE"), 1u);
  EXPECT_TRUE(payloads_.empty());
}

TEST_F(WorkerBorrowTest, WithoutACallbackItIsCopied) {
  ConnectToPeer();
  std::string payload(3 << 20, 'a');
  CallOptions options;
  options.payload = PayloadLifetime::kBorrow;
  worker_->Call(payload, options, nullptr);
  payload.assign(payload.size(), '?');
  ASSERT_TRUE(PeerGets(1));
  EXPECT_EQ(peer_->frames()[0].payload, std::string(payload.size(), 'a'));
}

}  // namespace
}  // namespace forkrpc
