// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a Worker does with calls that end before their requests are written.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/client/worker_test_util.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A stream that nobody reads yet, and calls behind what it has taken of one.
class WorkerExpiryTest : public WorkerFixture {
 protected:
  void ConnectToFullStream() {
    ConnectToPeer();
    NamedCall("large", std::string(size_t{4} << 20, 'x'));
    loop_.RunForAWhile();
  }
  std::vector<std::string> Payloads(size_t first) {
    std::vector<std::string> payloads;
    for (size_t i = first; i < peer_->frames().size(); ++i) {
      payloads.push_back(peer_->frames()[i].payload);
    }
    return payloads;
  }
};

TEST_F(WorkerExpiryTest, WhatHasExpiredOrIsCancelledIsNotSent) {
  for (const Form form : {Form::kSync, Form::kAsync}) {
    options_.connection.form = form;
    log_.clear();
    destroyed_ = false;
    ConnectToFullStream();
    const CallId cancelled = Call("cancelled");
    Call("late", MonotonicNow() + absl::Milliseconds(5));
    Call("b");
    EXPECT_TRUE(Cancel(cancelled).ok());
    ASSERT_TRUE(LoggedTo("cancelled!CANCELLED"));
    ASSERT_TRUE(LoggedTo("late!DEADLINE_EXCEEDED"));
    EXPECT_EQ(worker_->in_flight(), 2u);
    ASSERT_TRUE(PeerGets(2));
    loop_.RunForAWhile();
    peer_->Receive();
    EXPECT_EQ(Payloads(1), Lines{"b"});
    Answer(1, "L");
    Answer(form == Form::kSync ? 1 : 4, "B");
    ASSERT_TRUE(LoggedTo("b=B"));
    EXPECT_EQ(worker_->in_flight(), 0u);
    Terminate(absl::ZeroDuration());
    ASSERT_TRUE(RunToTheEnd());
  }
}

// Made and ended in one turn, or before the loop comes to write at all.
TEST_F(WorkerExpiryTest, WhatHasExpiredBeforeTheTurnIsNotSent) {
  ConnectToPeer();
  const CallId cancelled = Call("cancelled");
  const MonotonicTime soon = MonotonicNow() + absl::Milliseconds(2);
  Call("late", soon);
  Call("b");
  EXPECT_TRUE(Cancel(cancelled).ok());
  while (MonotonicNow() < soon) {
  }
  ASSERT_TRUE(LoggedTo("late!DEADLINE_EXCEEDED"));
  ASSERT_TRUE(PeerGets(1));
  loop_.RunForAWhile();
  peer_->Receive();
  EXPECT_EQ(Payloads(0), Lines{"b"});
}

TEST_F(WorkerExpiryTest, WhatIsNotSentMakesRoom) {
  options_.connection.max_unsent = size_t{5} << 20;
  options_.on_room = [this] { Log("room"); };
  ConnectToFullStream();
  const std::string much(size_t{2} << 19, 'y');
  const CallId first = NamedCall("first", much);
  while (worker_->can_call(much.size())) NamedCall("more", much);
  EXPECT_EQ(NamedCall("refused", much), 0);
  ASSERT_TRUE(LoggedTo("refused!RESOURCE_EXHAUSTED"));
  EXPECT_EQ(Count("room"), 0);
  EXPECT_TRUE(Cancel(first).ok());
  EXPECT_TRUE(worker_->can_call(much.size()));
  ASSERT_TRUE(LoggedTo("room"));
}

TEST_F(WorkerExpiryTest, TheHalfCloseDoesNotWaitForWhatIsNotSent) {
  ConnectToFullStream();
  Call("late", MonotonicNow() + absl::Milliseconds(5));
  Drain();
  ASSERT_TRUE(LoggedTo("late!DEADLINE_EXCEEDED"));
  ASSERT_TRUE(PeerSeesTheEnd());
  EXPECT_EQ(peer_->frames().size(), 1u);
  Answer(1, "L");
  ASSERT_TRUE(LoggedTo("large=L"));
}

TEST_F(WorkerExpiryTest, OnlyWhatIsNotSentIsCancelled) {
  ConnectToFullStream();
  const CallId call = Call("call");
  EXPECT_FALSE(Quietly([&] { return worker_->CancelUnsent(call - 1); }));
  EXPECT_TRUE(Quietly([&] { return worker_->CancelUnsent(call); }));
  EXPECT_FALSE(Quietly([&] { return worker_->CancelUnsent(call); }));
  ASSERT_TRUE(LoggedTo("call!CANCELLED"));
  EXPECT_EQ(Count("large!CANCELLED"), 0u);
}

// The owner has a borrowed payload back when its call ends.
TEST_F(WorkerExpiryTest, ABorrowedPayloadIsNotReadAfterItsCall) {
  ConnectToFullStream();
  auto payload = std::make_unique<std::string>(100000, 'p');
  CallOptions options;
  options.timeout = absl::Milliseconds(5);
  options.payload = PayloadLifetime::kBorrow;
  worker_->Call(*payload, options, [&](absl::StatusOr<absl::string_view> end) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(end.status()));
    payload = nullptr;
    Log("given back");
  });
  Call("b");
  ASSERT_TRUE(LoggedTo("given back"));
  ASSERT_TRUE(PeerGets(2));
  EXPECT_EQ(Payloads(1), Lines{"b"});
}

}  // namespace
}  // namespace forkrpc
