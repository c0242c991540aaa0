// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// When a ClientConnection half-closes that takes its answers first.

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>

#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/test_octets.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr MonotonicTime kNever = MonotonicTime::InfiniteFuture();

MonotonicTime At(int seconds) {
  return MonotonicTime() + absl::Seconds(seconds);
}

class ClientDrainTest : public testing::TestWithParam<Form> {
 protected:
  ClientDrainTest() : connection_(OptionsOf(GetParam())) {}

  static ClientOptions OptionsOf(Form form) {
    ClientOptions options;
    options.form = form;
    return options;
  }

  CallId Start() {
    const absl::StatusOr<CallId> call = connection_.StartCall("x");
    EXPECT_TRUE(call.ok()) << call.status();
    return call.value_or(0);
  }

  void Answer(uint32_t id) {
    std::string frame;
    EXPECT_TRUE(AppendFrame(kResponseLayout, id, "y", &frame).ok());
    GiveOctets(&connection_, frame);
  }

  // Polls all that there is; how the connection has ended, if it has.
  std::optional<absl::Status> Poll() {
    std::optional<absl::Status> end;
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      if (event->kind == ClientEvent::kCallFailed) ++failed_;
      if (event->kind == ClientEvent::kResponse) ++answered_;
      if (event->kind == ClientEvent::kClosed) end = event->status;
    }
    return end;
  }

  ClientConnection connection_;
  int answered_ = 0;
  int failed_ = 0;
};

TEST_P(ClientDrainTest, HalfClosesBehindTheLastAnswer) {
  Start();
  Start();
  connection_.HalfClose(kNever);
  EXPECT_EQ(connection_.StartCall("z").status().code(),
            absl::StatusCode::kFailedPrecondition);
  TakeOctets(&connection_);
  EXPECT_FALSE(connection_.wants_shutdown_write());
  Answer(1);
  Poll();
  EXPECT_FALSE(connection_.wants_shutdown_write());
  Answer(GetParam() == Form::kSync ? 1 : 2);
  Poll();
  EXPECT_TRUE(connection_.wants_shutdown_write());
  connection_.OnShutdownWriteDone();
  EXPECT_FALSE(connection_.wants_shutdown_write());
  connection_.OnReceiveEof();
  const std::optional<absl::Status> end = Poll();
  ASSERT_TRUE(end.has_value());
  EXPECT_TRUE(end->ok()) << *end;
  EXPECT_EQ(answered_, 2);
}

TEST_P(ClientDrainTest, HalfClosesAtOnceWithNothingInFlight) {
  connection_.HalfClose(kNever);
  EXPECT_TRUE(connection_.wants_shutdown_write());
}

TEST_P(ClientDrainTest, HalfClosesAtTheTimeAllTheSame) {
  Start();
  connection_.HalfClose(At(5));
  EXPECT_EQ(connection_.NextTimeout(), At(5));
  TakeOctets(&connection_);
  connection_.OnTimeout(At(4));
  EXPECT_FALSE(connection_.wants_shutdown_write());
  connection_.OnTimeout(At(5));
  EXPECT_TRUE(connection_.wants_shutdown_write());
  EXPECT_EQ(connection_.NextTimeout(), kNever);
}

TEST_P(ClientDrainTest, TheTimeDoesNotSendAnUnfinishedRequest) {
  Start();
  connection_.HalfClose(At(5));
  connection_.OnTimeout(At(5));
  EXPECT_FALSE(connection_.wants_shutdown_write());
  TakeOctets(&connection_);
  EXPECT_TRUE(connection_.wants_shutdown_write());
}

TEST_P(ClientDrainTest, TheEarlierTimeCounts) {
  for (const MonotonicTime second : {At(3), At(9), kNever}) {
    ClientConnection connection(OptionsOf(GetParam()));
    ASSERT_TRUE(connection.StartCall("x").ok());
    connection.HalfClose(At(5));
    connection.HalfClose(second);
    EXPECT_EQ(connection.NextTimeout(), std::min(second, At(5)));
    TakeOctets(&connection);
    connection.HalfClose();
    EXPECT_TRUE(connection.wants_shutdown_write());
    connection.HalfClose(kNever);
    EXPECT_TRUE(connection.wants_shutdown_write());
  }
}

TEST_P(ClientDrainTest, WhatNobodyWaitsForIsWaitedFor) {
  const CallId call = Start();
  TakeOctets(&connection_);
  EXPECT_TRUE(connection_.CancelCall(call).ok());
  Poll();
  connection_.HalfClose(kNever);
  EXPECT_FALSE(connection_.wants_shutdown_write());
  Answer(1);
  Poll();
  EXPECT_TRUE(connection_.wants_shutdown_write());
}

TEST_P(ClientDrainTest, WhatWasNotSentIsNotWaitedFor) {
  const CallId call = Start();
  connection_.HalfClose(kNever);
  EXPECT_TRUE(connection_.CancelUnsentCall(call));
  Poll();
  EXPECT_TRUE(connection_.wants_shutdown_write());
}

TEST_P(ClientDrainTest, AnEndWithCallsInFlightIsNotClean) {
  Start();
  connection_.HalfClose(kNever);
  TakeOctets(&connection_);
  connection_.OnReceiveEof();
  const std::optional<absl::Status> end = Poll();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(failed_, 1);
  EXPECT_FALSE(connection_.wants_shutdown_write());
}

INSTANTIATE_TEST_SUITE_P(Forms, ClientDrainTest,
                         testing::Values(Form::kSync, Form::kAsync));

}  // namespace
}  // namespace forkrpc
