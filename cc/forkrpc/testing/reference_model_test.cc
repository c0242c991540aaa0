// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Each way to break the rules is named; what keeps them is not.

#include "forkrpc/testing/reference_model.h"

#include <cstdint>
#include <string>

#include "forkrpc/base/monotonic_time.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr MonotonicTime kNever = MonotonicTime::InfiniteFuture();
constexpr uint64_t kAllSent = ~uint64_t{0};

class ReferenceModelTest : public testing::Test {
 protected:
  void Start(CallId id, int call, MonotonicTime deadline = kNever) {
    model_.OnStarted(id, call, 10, deadline);
  }
  void StartAndAnswer(CallId id, int call) {
    Start(id, call);
    model_.OnAsked(id, call);
    model_.OnAnswered(call, 10);
  }
  std::string Found() const { return std::string(model_.status().message()); }

  ReferenceModel model_{Form::kAsync, {3, 2}};
};

TEST_F(ReferenceModelTest, ASessionThatKeepsTheRules) {
  StartAndAnswer(1, 0);
  Start(2, 1);
  model_.OnAsked(2, 1);
  model_.OnRaised(1, 0, 5);
  model_.OnCancelled(1, absl::OkStatus(), kAllSent);
  model_.OnResponse(1, 0);
  model_.OnFailed(2, absl::CancelledError("x"));
  model_.OnEvent(1, 0);
  model_.OnAnswered(1, 5);
  model_.OnHalfClose();
  model_.OnRefused(2, absl::FailedPreconditionError("x"));
  model_.OnClientClosed(absl::OkStatus());
  EXPECT_TRUE(model_.status().ok()) << model_.status();
  EXPECT_EQ(model_.started(), 2);
  EXPECT_EQ(model_.ended(), 2);
}

TEST_F(ReferenceModelTest, Misdelivery) {
  StartAndAnswer(1, 0);
  Start(2, 1);
  model_.OnResponse(2, 0);
  EXPECT_EQ(Found(), "misdelivery: id 2 of call 1 got the response to call 0");
}

TEST_F(ReferenceModelTest, AnIdThatIsUsedAgainTooEarly) {
  Start(1, 0, MonotonicTime());
  model_.OnTime(MonotonicTime(), kAllSent);
  model_.OnFailed(1, absl::DeadlineExceededError("x"));
  EXPECT_TRUE(model_.status().ok()) << model_.status();
  Start(1, 1);
  EXPECT_EQ(Found(), "call 1 has the id 1 of call 0, which is not answered");
}

TEST_F(ReferenceModelTest, AResponseAfterACancel) {
  StartAndAnswer(1, 0);
  model_.OnCancelled(0, absl::OkStatus(), kAllSent);
  model_.OnResponse(1, 0);
  EXPECT_EQ(Found(), "call 0 got a response after its end was decided");
}

TEST_F(ReferenceModelTest, WhatWasNotSentIsNotAsked) {
  Start(1, 0);
  Start(2, 1);
  model_.OnCancelled(0, absl::OkStatus(), 0);
  model_.OnFailed(1, absl::CancelledError("x"));
  Start(1, 2);  // its id is free
  model_.OnAsked(2, 1);
  EXPECT_TRUE(model_.status().ok()) << model_.status();
  model_.OnAsked(1, 0);
  EXPECT_EQ(Found(), "request 0 was polled, not 2");
}

TEST_F(ReferenceModelTest, AskedBeforeItIsSent) {
  Start(1, 0);
  model_.OnAsked(1, 0);
  model_.OnCancelled(0, absl::OkStatus(), 0);
  EXPECT_EQ(Found(), "request 0 was polled, but not sent");
}

TEST_F(ReferenceModelTest, TwoEnds) {
  Start(1, 0);
  model_.OnCancelled(0, absl::OkStatus(), kAllSent);
  model_.OnFailed(1, absl::CancelledError("x"));
  model_.OnFailed(1, absl::CancelledError("x"));
  EXPECT_EQ(Found(), "call 0 ended twice");
}

TEST_F(ReferenceModelTest, NoEnd) {
  Start(1, 0);
  model_.OnClientClosed(absl::UnavailableError("x"));
  EXPECT_EQ(Found(), "1 calls never ended");
}

TEST_F(ReferenceModelTest, TheWrongReason) {
  Start(1, 0);
  model_.OnCancelled(0, absl::OkStatus(), kAllSent);
  model_.OnFailed(1, absl::DeadlineExceededError("x"));
  EXPECT_EQ(Found(),
            "call 0 failed with DEADLINE_EXCEEDED: x instead of CANCELLED");
}

TEST_F(ReferenceModelTest, ACleanEndWithFailedCalls) {
  Start(1, 0);
  model_.OnHalfClose();
  model_.OnFailed(1, absl::UnavailableError("x"));
  model_.OnClientClosed(absl::OkStatus());
  EXPECT_EQ(Found(), "calls failed, but the end is clean");
}

TEST_F(ReferenceModelTest, FramesOutOfOrder) {
  StartAndAnswer(1, 0);
  StartAndAnswer(2, 1);
  model_.OnResponse(2, 1);
  EXPECT_EQ(Found(), "the response to call 1 came in front of one of call 0");
}

TEST_F(ReferenceModelTest, WhatNobodySent) {
  Start(1, 0);
  model_.OnEvent(0, 0);
  EXPECT_EQ(Found(), "an event of call 0 came, which nobody sent");
}

TEST_F(ReferenceModelTest, Limits) {
  for (int call = 0; call < 3; ++call) Start(call + 1, call);
  model_.OnRefused(3, absl::ResourceExhaustedError("x"));
  EXPECT_TRUE(model_.status().ok());
  Start(4, 3);
  EXPECT_EQ(Found(), "a call was started beyond the limit of 3 in flight");
}

TEST_F(ReferenceModelTest, ServersLimitAndRefusalWithoutReason) {
  for (int call = 0; call < 3; ++call) Start(call + 1, call);
  for (int call = 0; call < 3; ++call) model_.OnAsked(call + 1, call);
  EXPECT_EQ(Found(), "request 2 was polled beyond the limit of 2 in flight");
  ReferenceModel other(Form::kAsync, {3, 2});
  other.OnRefused(0, absl::ResourceExhaustedError("x"));
  EXPECT_FALSE(other.status().ok());
}

TEST_F(ReferenceModelTest, WhatWasReceivedMustBePolled) {
  ClientConnection client;
  ASSERT_EQ(*client.StartCall("0123456789"), 1);
  StartAndAnswer(1, 0);
  model_.CheckClient(client, 17);
  EXPECT_TRUE(model_.status().ok()) << model_.status();
  model_.CheckClient(client, 18);
  EXPECT_EQ(Found(),
            "a frame of call 0 that ends at 18 was not polled with 18 octets "
            "received");
}

TEST_F(ReferenceModelTest, CountsAndTimesMustAgree) {
  ClientConnection client;
  ASSERT_TRUE(client.StartCallWithDeadline("x", MonotonicTime()).ok());
  Start(1, 0);
  model_.CheckClient(client, 0);
  EXPECT_EQ(Found(), "NextTimeout() is 0, not inf");
  ReferenceModel other(Form::kAsync, {3, 2});
  other.CheckClient(client, 0);
  EXPECT_EQ(other.status().message(), "open_calls() is 1, not 0");
  ReferenceModel third(Form::kAsync, {3, 2});
  third.OnStarted(1, 0, 10, kNever);
  third.OnAsked(1, 0);
  third.CheckServer(ServerConnection(), 14, false);
  EXPECT_EQ(third.status().message(), "the server's in_flight() is 0, not 1");
}

}  // namespace
}  // namespace forkrpc
