// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a ClientConnection does with a call that ends before its request is
// written.

#include <time.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/test_octets.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {

class ClientConnectionPeer {
 public:
  static void SetGaps(ClientConnection* connection, size_t gaps) {
    connection->next_id_ += static_cast<CallId>(gaps);
    connection->SetGaps(gaps);
  }
};

namespace {

std::string Frame(FrameLayout layout, uint32_t id, absl::string_view payload) {
  std::string out;
  EXPECT_TRUE(AppendFrame(layout, id, payload, &out).ok());
  return out;
}
std::string Response(uint32_t id, absl::string_view payload) {
  return Frame(kResponseLayout, id, payload);
}

ClientOptions OptionsOf(Form form) {
  ClientOptions options;
  options.form = form;
  return options;
}

MonotonicTime At(int seconds) {
  return MonotonicTime() + absl::Seconds(seconds);
}

// All events, one word each: r1:payload, f1:CODE, closed:CODE.
std::string Events(ClientConnection* connection) {
  std::vector<std::string> log;
  while (std::optional<ClientEvent> event = connection->PollEvent()) {
    const std::string code = absl::StatusCodeToString(event->status.code());
    if (event->kind == ClientEvent::kResponse) {
      log.push_back(absl::StrCat("r", event->call, ":", event->payload));
    } else if (event->kind == ClientEvent::kCallFailed) {
      log.push_back(absl::StrCat("f", event->call, ":", code));
    } else {
      log.push_back(absl::StrCat("closed:", code));
    }
  }
  return absl::StrJoin(log, " ");
}

class ClientExpiryTest : public testing::TestWithParam<Form> {
 protected:
  explicit ClientExpiryTest(const ClientOptions& options)
      : connection_(options) {}
  ClientExpiryTest() : ClientExpiryTest(OptionsOf(GetParam())) {}

  void Start(absl::string_view payload,
             MonotonicTime deadline = MonotonicTime::InfiniteFuture()) {
    EXPECT_TRUE(connection_.StartCallWithDeadline(payload, deadline).ok());
  }
  std::string Request(uint32_t id, absl::string_view payload) {
    return Frame(RequestLayout(GetParam()), id, payload);
  }
  void Receive(absl::string_view octets) {
    EXPECT_EQ(GiveOctets(&connection_, octets), "") << "not wanted";
  }

  ClientConnection connection_;
};

INSTANTIATE_TEST_SUITE_P(Forms, ClientExpiryTest,
                         testing::Values(Form::kSync, Form::kAsync));

TEST_P(ClientExpiryTest, WhatHasExpiredIsNotSent) {
  Start("a", At(2));
  Start("b", At(1));
  Start("c", At(1));
  Start("d");
  connection_.OnTimeout(At(1));
  EXPECT_EQ(connection_.unsent(), (Request(1, "a") + Request(4, "d")).size());
  EXPECT_TRUE(connection_.is_open(2)) << "its end was not polled";
  EXPECT_EQ(Events(&connection_), "f2:DEADLINE_EXCEEDED f3:DEADLINE_EXCEEDED");
  EXPECT_EQ(connection_.in_flight(), 2u) << "no response to them will come";
  EXPECT_EQ(TakeOctets(&connection_), Request(1, "a") + Request(4, "d"));
  Start("e");
  EXPECT_EQ(TakeOctets(&connection_), Request(5, "e")) << "no id comes again";
  Receive(Response(1, "A") + Response(4, "D") + Response(5, "E"));
  EXPECT_EQ(Events(&connection_), "r1:A r4:D r5:E");
  EXPECT_EQ(connection_.in_flight(), 0u);
}

TEST_P(ClientExpiryTest, WhatIsCancelledIsNotSent) {
  for (int i = 0; i < 3; ++i) Start("x");
  EXPECT_TRUE(connection_.CancelCall(1).ok());
  EXPECT_EQ(connection_.CancelCall(1).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(connection_.CancelCall(3).ok());
  EXPECT_EQ(Events(&connection_), "f1:CANCELLED f3:CANCELLED");
  EXPECT_FALSE(connection_.is_open(1));
  EXPECT_EQ(TakeOctets(&connection_), Request(2, "x"));
  Receive(Response(2, "only"));
  EXPECT_EQ(Events(&connection_), "r2:only");
}

// A frame must not be cut.
TEST_P(ClientExpiryTest, WhatIsSentIsNotCancelledAsUnsent) {
  Start("a");
  EXPECT_EQ(TakeOctets(&connection_), Request(1, "a"));
  Start("b");
  Start("c", At(2));
  EXPECT_FALSE(connection_.CancelUnsentCall(1)) << "it is sent";
  EXPECT_FALSE(connection_.CancelUnsentCall(4)) << "it is none";
  EXPECT_TRUE(connection_.CancelUnsentCall(2));
  EXPECT_FALSE(connection_.CancelUnsentCall(2)) << "it is cancelled";
  EXPECT_TRUE(connection_.CancelUnsentCall(3));
  EXPECT_EQ(connection_.NextTimeout(), MonotonicTime::InfiniteFuture());
  EXPECT_EQ(Events(&connection_), "f2:CANCELLED f3:CANCELLED");
  EXPECT_EQ(TakeOctets(&connection_), "");
  Receive(Response(1, "A"));
  EXPECT_EQ(Events(&connection_), "r1:A");
}

TEST_P(ClientExpiryTest, WhatHasBegunIsFinished) {
  for (int i = 0; i < 3; ++i) Start("payload", At(1));
  const size_t size = Request(1, "payload").size();
  connection_.SendBuffers();
  connection_.OnSent(size + 1);
  connection_.OnTimeout(At(1));
  EXPECT_EQ(Events(&connection_),
            "f1:DEADLINE_EXCEEDED f2:DEADLINE_EXCEEDED f3:DEADLINE_EXCEEDED");
  EXPECT_EQ(connection_.in_flight(), 2u);
  EXPECT_EQ(TakeOctets(&connection_), Request(2, "payload").substr(1));
  Start("late");
  Receive(Response(1, "") + Response(2, "") + Response(4, "L"));
  EXPECT_EQ(Events(&connection_), "r4:L") << "those of 1 and 2 are dropped";
  EXPECT_EQ(connection_.in_flight(), 0u);
}

// In the sync form nothing but the order says which call a response is for.
TEST_P(ClientExpiryTest, AResponseThatNothingIsInFlightForIsAnError) {
  Start("a");
  EXPECT_TRUE(connection_.CancelCall(1).ok());
  EXPECT_EQ(Events(&connection_), "f1:CANCELLED");
  Receive(Response(1, "to what was not sent"));
  EXPECT_EQ(Events(&connection_), "closed:DATA_LOSS");
}

TEST_P(ClientExpiryTest, TheHalfCloseGoesOutWhenNothingIsLeftToSend) {
  Start("a", At(1));
  Start("b");
  connection_.HalfClose();
  EXPECT_TRUE(connection_.CancelCall(2).ok());
  EXPECT_FALSE(connection_.wants_shutdown_write());
  connection_.OnTimeout(At(1));
  EXPECT_TRUE(connection_.wants_shutdown_write());
  connection_.OnShutdownWriteDone();
  connection_.OnReceiveEof();
  EXPECT_EQ(Events(&connection_),
            "f2:CANCELLED f1:DEADLINE_EXCEEDED closed:OK");
}

TEST_P(ClientExpiryTest, ABorrowedPayloadGoesBackToItsOwner) {
  auto payload = std::make_unique<std::string>(SendQueue::kMinBorrow, 'x');
  Start("a");
  connection_.SendBuffers();
  connection_.OnSent(1);
  ASSERT_TRUE(connection_.StartCall(*payload, PayloadLifetime::kBorrow).ok());
  EXPECT_TRUE(connection_.CancelCall(2).ok());
  payload = nullptr;  // a sanitizer sees who reads it
  connection_.OwnBorrowedPayloads();
  EXPECT_EQ(TakeOctets(&connection_), Request(1, "a").substr(1));
}

TEST_P(ClientExpiryTest, AfterAnErrorOfTheStreamNothingIsThereToBeRemoved) {
  Start("a");
  Start("b");
  connection_.OnSendError(absl::DataLossError("broken"));
  EXPECT_TRUE(connection_.CancelCall(2).ok());
  connection_.OnReceiveEof();
  EXPECT_EQ(Events(&connection_), "f2:CANCELLED f1:DATA_LOSS closed:DATA_LOSS");
}

// Sync: the ids from the oldest call to the next one must all be different.
TEST_P(ClientExpiryTest, GapsAreOfTheSizeThatIdsAllow) {
  Start("oldest");
  TakeOctets(&connection_);
  if (GetParam() == Form::kAsync) return;
  ClientConnectionPeer::SetGaps(&connection_, kMaxCallId - 2);
  EXPECT_TRUE(connection_.can_start_call());
  Start("newest");
  EXPECT_FALSE(connection_.can_start_call());
  EXPECT_EQ(connection_.StartCall("beyond").status().code(),
            absl::StatusCode::kResourceExhausted);
}

class ClientRoomTest : public ClientExpiryTest {
 protected:
  ClientRoomTest() : ClientExpiryTest(Narrow()) {}

  static ClientOptions Narrow() {
    ClientOptions options = OptionsOf(GetParam());
    options.max_unsent = 100;
    options.max_in_flight = 2;
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(Forms, ClientRoomTest,
                         testing::Values(Form::kSync, Form::kAsync));

TEST_P(ClientRoomTest, WhatIsRemovedMakesRoom) {
  Start(std::string(60, 'x'));
  EXPECT_FALSE(connection_.can_start_call(60));
  EXPECT_TRUE(connection_.CancelCall(1).ok());
  EXPECT_EQ(connection_.unsent(), 0u);
  EXPECT_TRUE(connection_.can_start_call(60));
  Start(std::string(60, 'y'), At(1));
  connection_.OnTimeout(At(1));
  EXPECT_EQ(Events(&connection_), "f1:CANCELLED f2:DEADLINE_EXCEEDED");
  EXPECT_EQ(connection_.in_flight(), 0u);
  Start("two");
  Start("in flight");
  EXPECT_FALSE(connection_.can_start_call());
}

TEST_P(ClientExpiryTest, ManyCancelsAreQuick) {
  constexpr CallId kCalls = 100000;
  Start("0");
  connection_.SendBuffers();
  connection_.OnSent(1);
  const clock_t before = clock();
  for (CallId i = 1; i <= kCalls; ++i) Start("x");
  // From both ends, so that neither is the quick one.
  for (CallId i = 0; i < kCalls; ++i) {
    const CallId call = i % 2 == 0 ? 2 + i / 2 : kCalls + 1 - i / 2;
    ASSERT_TRUE(connection_.CancelCall(call).ok());
    if (i % 64 != 0) continue;
    ASSERT_TRUE(connection_.PollEvent().has_value());
  }
  Start("last");
  while (connection_.has_failed_calls()) connection_.PollEvent();
  EXPECT_EQ(TakeOctets(&connection_).size(),
            (Request(1, "0") + Request(1, "last")).size() - 1);
  Receive(Response(1, "A") + Response(kCalls + 2, "B"));
  EXPECT_EQ(Events(&connection_), absl::StrCat("r1:A r", kCalls + 2, ":B"));
  EXPECT_EQ(connection_.in_flight(), 0u);
  EXPECT_LT(clock() - before, 5 * CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace forkrpc
