// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/client_connection.h"

#include <time.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/test_octets.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {

class ClientConnectionPeer {
 public:
  static void SetNextId(ClientConnection* connection, CallId id) {
    connection->next_id_ = id;
  }
};

namespace {

std::string Response(uint32_t id, absl::string_view payload) {
  std::string out;
  EXPECT_TRUE(AppendFrame(FrameLayout::kIdAndLength, id, payload, &out).ok());
  return out;
}

// A client whose driver is the test.
class Client {
 public:
  explicit Client(const ClientOptions& options) : connection_(options) {}
  explicit Client(Form form) : Client(WithForm(form)) {}

  static ClientOptions WithForm(Form form) {
    ClientOptions options;
    options.form = form;
    return options;
  }

  CallId Start(absl::string_view payload,
               MonotonicTime deadline = MonotonicTime::InfiniteFuture()) {
    absl::StatusOr<CallId> id =
        connection_.StartCallWithDeadline(payload, deadline);
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or(0);
  }

  // Everything the connection wants written, as hex.
  std::string Written() {
    return absl::BytesToHexString(TakeOctets(&connection_));
  }

  void Receive(absl::string_view octets) {
    EXPECT_EQ(GiveOctets(&connection_, octets), "") << "not wanted";
  }

  // All events, one word each: r1:payload, e:payload, f1:CODE, closed:CODE.
  std::string Events() {
    std::vector<std::string> log;
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      const std::string code = absl::StatusCodeToString(event->status.code());
      switch (event->kind) {
        case ClientEvent::kResponse:
          log.push_back(absl::StrCat("r", event->call, ":", event->payload));
          break;
        case ClientEvent::kEvent:
          log.push_back(absl::StrCat("e:", event->payload));
          break;
        case ClientEvent::kCallFailed:
          log.push_back(absl::StrCat("f", event->call, ":", code));
          break;
        case ClientEvent::kClosed:
          log.push_back(absl::StrCat("closed:", code));
          break;
      }
    }
    return absl::StrJoin(log, " ");
  }

  ClientConnection& connection() { return connection_; }

 private:
  ClientConnection connection_;
};

TEST(ClientConnectionTest, RequestsOnTheWire) {
  Client sync(Form::kSync);
  sync.Start("hi");
  sync.Start("");
  EXPECT_EQ(sync.Written(), "00000002686900000000");
  Client async(Form::kAsync);
  async.Start("hi");
  async.Start("");
  EXPECT_EQ(async.Written(), "000000010000000268690000000200000000");
}

TEST(ClientConnectionTest, AsyncResponsesComeInAnyOrder) {
  Client client(Form::kAsync);
  for (int i = 0; i < 3; ++i) client.Start("x");
  client.Receive(Response(3, "c") + Response(0, "ev") + Response(1, "a") +
                 Response(2, ""));
  EXPECT_EQ(client.Events(), "r3:c e:ev r1:a r2:");
  EXPECT_EQ(client.connection().in_flight(), 0);
}

TEST(ClientConnectionTest, SyncResponsesGoToTheOldestCallWhateverTheirId) {
  Client client(Form::kSync);
  for (int i = 0; i < 3; ++i) client.Start("x");
  client.Receive(Response(7, "a") + Response(0, "") +
                 Response(0xFFFFFFFF, "b") + Response(1, "c"));
  EXPECT_EQ(client.Events(), "r1:a e: r2:b r3:c");
}

TEST(ClientConnectionTest, IdsWrapAndLeaveOutThoseInFlight) {
  ClientOptions options = Client::WithForm(Form::kAsync);
  options.first_id = 1;
  Client client(options);
  EXPECT_EQ(client.Start("x"), 1);
  // As if the ids in between had come and gone.
  options.first_id = 0xFFFFFFFE;
  Client late(options);
  EXPECT_EQ(late.Start("x"), 0xFFFFFFFE);
  EXPECT_EQ(late.Start("x"), 0xFFFFFFFF);
  EXPECT_EQ(late.Start("x"), 1);
  late.Receive(Response(0xFFFFFFFF, ""));
  EXPECT_EQ(late.Events(), "r4294967295:");
  EXPECT_EQ(late.Start("x"), 2);
}

TEST(ClientConnectionTest, IdsOfLongCallsAreSkipped) {
  Client client(Form::kAsync);
  EXPECT_EQ(client.Start("held"), 1);
  EXPECT_EQ(client.Start("held too"), 2);
  // As if all other ids had come and gone.
  ClientConnectionPeer::SetNextId(&client.connection(), 0xFFFFFFFF);
  EXPECT_EQ(client.Start("x"), 0xFFFFFFFF);
  EXPECT_EQ(client.Start("x"), 3);
  EXPECT_EQ(client.connection().in_flight(), 4);
}

TEST(ClientConnectionTest, UnknownDuplicateAndUnaskedResponsesAreErrors) {
  struct Case {
    Form form;
    std::string octets;
    const char* events;
  };
  const std::vector<Case> cases = {
      {Form::kAsync, Response(9, ""), "f1:DATA_LOSS f2:DATA_LOSS"},
      {Form::kAsync, Response(1, "a") + Response(1, "b"), "r1:a f2:DATA_LOSS"},
      {Form::kAsync, Response(2, "") + Response(1, "") + Response(1, ""),
       "r2: r1:"},
      {Form::kSync, Response(1, "") + Response(1, "") + Response(1, ""),
       "r1: r2:"},
  };
  for (const Case& c : cases) {
    Client client(c.form);
    client.Start("x");
    client.Start("x");
    // What stands behind the error must not be acted on.
    client.Receive(c.octets + Response(0, "too late"));
    EXPECT_EQ(client.Events(), absl::StrCat(c.events, " closed:DATA_LOSS"));
    EXPECT_TRUE(client.connection().ReceiveBuffer().empty());
    EXPECT_FALSE(client.connection().StartCall("x").ok());
  }
}

TEST(ClientConnectionTest, ErrorSaysWhatAndWhere) {
  Client client(Form::kAsync);
  client.Start("x");
  client.Receive(Response(0, "ev") + Response(9, "abc"));
  client.Events();
  EXPECT_EQ(client.connection().status(),
            absl::DataLossError("response before offset 21 has id 9, which is "
                                "not that of a call in flight"));
}

TEST(ClientConnectionTest, OverlongResponseFailsCallsOldestFirst) {
  ClientOptions options = Client::WithForm(Form::kAsync);
  options.limits.max_payload = 5;
  options.first_id = 0xFFFFFFFF;
  Client client(options);
  for (int i = 0; i < 3; ++i) client.Start("x");
  client.Receive(Response(1, "123456"));
  EXPECT_EQ(client.Events(),
            "f4294967295:RESOURCE_EXHAUSTED f1:RESOURCE_EXHAUSTED "
            "f2:RESOURCE_EXHAUSTED closed:RESOURCE_EXHAUSTED");
}

TEST(ClientConnectionTest, HalfCloseDrainAndCleanEnd) {
  Client client(Form::kAsync);
  client.Start("x");
  client.connection().HalfClose();
  EXPECT_EQ(client.connection().StartCall("y").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(client.connection().wants_shutdown_write()) << "unsent request";
  client.Written();
  ASSERT_TRUE(client.connection().wants_shutdown_write());
  client.connection().OnShutdownWriteDone();
  EXPECT_FALSE(client.connection().wants_shutdown_write());
  client.Receive(Response(1, "late") + Response(0, "ev"));
  client.connection().OnReceiveEof();
  EXPECT_EQ(client.Events(), "r1:late e:ev closed:OK");
  EXPECT_TRUE(client.connection().closed());
  EXPECT_EQ(client.Events(), "");
}

//= spec/wire.md#FR-ERR-014
TEST(ClientConnectionTest, EndsThatAreNotClean) {
  {  // calls in flight
    Client client(Form::kSync);
    client.Start("x");
    client.Start("y");
    client.Receive(Response(1, "a"));
    client.connection().OnReceiveEof();
    EXPECT_EQ(client.Events(), "r1:a f2:UNAVAILABLE closed:UNAVAILABLE");
    EXPECT_EQ(client.connection().status().message(),
              "the child ended the stream at offset 9 with 1 call in flight");
  }
  {  // inside a frame, nothing in flight
    Client client(Form::kSync);
    client.connection().HalfClose();
    client.Receive(Response(0, "abc").substr(0, 10));
    client.connection().OnReceiveEof();
    EXPECT_EQ(client.Events(), "closed:DATA_LOSS");
  }
  {  // nobody had half-closed
    Client client(Form::kSync);
    client.connection().OnReceiveEof();
    EXPECT_EQ(client.Events(), "closed:UNAVAILABLE");
    EXPECT_EQ(client.connection().StartCall("too late").status().code(),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(client.connection().unsent(), 0);
  }
  {  // a read error, behind a response that arrived before it
    Client client(Form::kAsync);
    client.Start("x");
    client.Start("x");
    client.Receive(Response(2, "b"));
    client.connection().OnReceiveError(absl::UnavailableError("reset"));
    EXPECT_EQ(client.Events(), "r2:b f1:UNAVAILABLE closed:UNAVAILABLE");
  }
}

TEST(ClientConnectionTest, SendErrorWaitsForWhatTheChildHasSaid) {
  Client client(Form::kAsync);
  client.Start("x");
  client.Start("y");
  client.connection().OnSendError(absl::UnavailableError("broken pipe"));
  EXPECT_EQ(client.Events(), "");
  EXPECT_EQ(client.connection().unsent(), 0);
  EXPECT_EQ(client.connection().StartCall("z").status(),
            absl::UnavailableError("broken pipe"));
  client.Receive(Response(1, "last words"));
  client.connection().OnReceiveEof();
  EXPECT_EQ(client.Events(), "r1:last words f2:UNAVAILABLE closed:UNAVAILABLE");
}

TEST(ClientConnectionTest, CallsEndWithTheErrorThatKeptThemFromBeingSent) {
  Client client(Form::kAsync);
  client.Start("x");
  client.connection().OnSendError(absl::InternalError("no buffer space"));
  client.connection().OnReceiveEof();
  EXPECT_EQ(client.Events(), "f1:INTERNAL closed:INTERNAL");
  EXPECT_EQ(client.connection().status().message(),
            "the child ended the stream at offset 0 with 1 call in flight "
            "after an error: no buffer space");
}

//= spec/wire.md#FR-SID-009
TEST(ClientConnectionTest, DeadlineEndsACallButKeepsItsId) {
  const MonotonicTime start = MonotonicTime();
  for (Form form : {Form::kSync, Form::kAsync}) {
    Client client(form);
    EXPECT_EQ(client.connection().NextTimeout(),
              MonotonicTime::InfiniteFuture());
    client.Start("a", start + absl::Seconds(2));
    client.Start("b", start + absl::Seconds(1));
    client.Start("c");
    client.Written();
    EXPECT_EQ(client.connection().NextTimeout(), start + absl::Seconds(1));
    client.connection().OnTimeout(start + absl::Seconds(1) -
                                  absl::Nanoseconds(1));
    EXPECT_EQ(client.Events(), "");
    client.connection().OnTimeout(start + absl::Seconds(1));
    EXPECT_EQ(client.Events(), "f2:DEADLINE_EXCEEDED");
    EXPECT_EQ(client.connection().in_flight(), 3);
    EXPECT_EQ(client.connection().NextTimeout(), start + absl::Seconds(2));
    // The response comes after all: dropped, and the others are not confused.
    client.Receive(Response(1, "A") + Response(2, "B") + Response(3, "C"));
    EXPECT_EQ(client.Events(), "r1:A r3:C");
    EXPECT_EQ(client.connection().in_flight(), 0);
    EXPECT_EQ(client.connection().NextTimeout(),
              MonotonicTime::InfiniteFuture());
  }
}

TEST(ClientConnectionTest, CancelEndsACallOnce) {
  Client client(Form::kAsync);
  client.Start("a", MonotonicTime());
  client.Written();
  EXPECT_TRUE(client.connection().CancelCall(1).ok());
  EXPECT_EQ(client.connection().CancelCall(1).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(client.connection().CancelCall(2).code(),
            absl::StatusCode::kNotFound);
  client.connection().OnTimeout(MonotonicTime::InfiniteFuture());
  EXPECT_TRUE(client.connection().is_open(1));
  EXPECT_EQ(client.connection().open_calls(), 1);
  EXPECT_EQ(client.Events(), "f1:CANCELLED");
  EXPECT_FALSE(client.connection().is_open(1));
  EXPECT_EQ(client.connection().open_calls(), 0);
  EXPECT_EQ(client.connection().in_flight(), 1) << "the id is still taken";
  client.connection().OnReceiveEof();
  EXPECT_EQ(client.Events(), "closed:UNAVAILABLE");
}

//= spec/wire.md#FR-LIM-008
TEST(ClientConnectionTest, LimitsRefuseACallAndNothingElse) {
  ClientOptions options = Client::WithForm(Form::kAsync);
  options.max_in_flight = 2;
  options.max_unsent = 30;
  options.limits.max_payload = 20;
  Client client(options);
  const auto code = [&](size_t n) {
    return client.connection().StartCall(std::string(n, 'x')).status().code();
  };
  EXPECT_EQ(code(21), absl::StatusCode::kResourceExhausted);  // payload
  EXPECT_EQ(code(20), absl::StatusCode::kOk);                 // 28 unsent
  EXPECT_EQ(code(3), absl::StatusCode::kResourceExhausted);   // unsent
  EXPECT_EQ(code(2), absl::StatusCode::kOk);
  client.Written();
  EXPECT_EQ(code(0), absl::StatusCode::kResourceExhausted);  // in flight
  client.Receive(Response(1, ""));
  EXPECT_EQ(client.Events(), "r1:");
  EXPECT_EQ(code(0), absl::StatusCode::kOk);
}

TEST(ClientConnectionTest, ReadsNoFurtherThanIsPolled) {
  Client client(Form::kAsync);
  client.Receive(Response(0, "a"));
  EXPECT_TRUE(client.connection().ReceiveBuffer().empty());
  EXPECT_EQ(client.Events(), "e:a");
  EXPECT_FALSE(client.connection().ReceiveBuffer().empty());
}

TEST(ClientConnectionTest, SteadyStateAllocatesNothing) {
  Client client(Form::kAsync);
  std::string responses;
  const auto round = [&](int calls) {
    for (int i = 0; i < calls; ++i) client.Start("sixteen octets..");
    responses.clear();
    for (const absl::string_view part : client.connection().SendBuffers()) {
      absl::StrAppend(&responses, part);  // an echo has the same octets
    }
    client.connection().OnSent(responses.size());
    client.Receive(responses);
    int ended = 0;
    while (client.connection().PollEvent().has_value()) ++ended;
    EXPECT_EQ(ended, calls);
  };
  for (int i = 0; i < 3; ++i) round(1000);
  AllocationCounter counter;
  round(1000);
  EXPECT_EQ(counter.allocations(), 0);
}

TEST(ClientConnectionTest, TooLongIsSaidOfAPayloadAlsoBehindOthers) {
  ClientOptions options;
  options.limits.max_payload = 4;
  Client client(options);
  client.Start("1234");
  const absl::Status status = client.connection().StartCall("12345").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(status.message().find("limit of 4"), std::string::npos) << status;
}

TEST(ClientConnectionTest, OneCallMayBeLongerThanWhatMayBeUnsent) {
  ClientOptions options;
  options.max_unsent = 4;
  Client client(options);
  client.Start("12345");
  EXPECT_EQ(client.connection().StartCall("").status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(ClientConnectionTest, ACallIsOpenUntilItsEndIsPolled) {
  Client client(Form::kAsync);
  const CallId call = client.Start("x");
  EXPECT_TRUE(client.connection().is_open(call));
  EXPECT_FALSE(client.connection().is_open(call + 1));
  ASSERT_TRUE(client.connection().CancelCall(call).ok());
  EXPECT_TRUE(client.connection().is_open(call));
  EXPECT_TRUE(client.connection().has_failed_calls());
  EXPECT_EQ(client.Events(), absl::StrCat("f", call, ":CANCELLED"));
  EXPECT_FALSE(client.connection().has_failed_calls());
  EXPECT_FALSE(client.connection().is_open(call));
}

TEST(ClientConnectionTest, ACancelOfACallThatHasEndedOtherwiseChangesNothing) {
  Client client(Form::kAsync);
  client.Start("late", MonotonicTime());
  client.Start("lost");
  client.Start("also lost");
  client.connection().OnTimeout(MonotonicTime());
  EXPECT_TRUE(client.connection().CancelCall(1).ok());
  EXPECT_EQ(client.connection().PollEvent()->status.code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(client.connection().CancelCall(1).code(),
            absl::StatusCode::kNotFound);
  client.connection().OnReceiveEof();
  EXPECT_EQ(client.connection().PollEvent()->call, 2);
  EXPECT_TRUE(client.connection().is_open(3));
  EXPECT_TRUE(client.connection().CancelCall(3).ok());
  EXPECT_EQ(client.connection().CancelCall(2).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(client.Events(), "f3:UNAVAILABLE closed:UNAVAILABLE");
}

TEST(ClientConnectionTest, CallsMayStayOpenAtTheEndOfTheStream) {
  Client client(Form::kAsync);
  ClientConnection& connection = client.connection();
  const MonotonicTime deadline = MonotonicTime() + absl::Seconds(1);
  client.Start("late", deadline);
  client.Start("cancelled");
  client.Start("lost");
  client.Start("answered");
  client.Receive(Response(4, "A"));
  connection.OnReceiveEof();
  EXPECT_EQ(connection.PollUntilEnd()->payload, "A");
  EXPECT_FALSE(connection.over());
  EXPECT_FALSE(connection.PollUntilEnd().has_value());
  EXPECT_TRUE(connection.over());
  EXPECT_EQ(connection.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(connection.open_calls(), 3);
  EXPECT_EQ(connection.NextTimeout(), deadline);
  connection.OnTimeout(deadline);
  EXPECT_TRUE(connection.CancelCall(2).ok());
  EXPECT_EQ(connection.PollUntilEnd()->call, 1);
  EXPECT_EQ(connection.PollUntilEnd()->call, 2);
  EXPECT_FALSE(connection.PollUntilEnd().has_value());
  EXPECT_EQ(connection.open_calls(), 1);
  EXPECT_EQ(client.Events(), "f3:UNAVAILABLE closed:UNAVAILABLE");
}

TEST(ClientConnectionTest, ManyCallsThatHaveEndedAreNotSearched) {
  constexpr int kCalls = 100000;
  Client client(Form::kAsync);
  ClientConnection& connection = client.connection();
  for (int i = 0; i <= kCalls; ++i) ASSERT_TRUE(connection.StartCall("").ok());
  // All but the last, which is never among those that have ended.
  for (int i = 1; i <= kCalls; ++i) ASSERT_TRUE(connection.CancelCall(i).ok());
  const clock_t before = clock();
  while (connection.has_failed_calls()) {
    ASSERT_TRUE(connection.is_open(kCalls));
    ASSERT_FALSE(connection.is_open(kCalls + 2));
    connection.PollEvent();
    if (connection.open_calls() == 2) break;
  }
  connection.OnReceiveEof();
  EXPECT_LT(clock() - before, 2 * CLOCKS_PER_SEC);
}

TEST(ClientConnectionTest, ByDefaultOnlyOctetsAreLimited) {
  Client client(Form::kAsync);
  for (int i = 0; i < 50000; ++i) {
    ASSERT_TRUE(client.connection().can_start_call());
    ASSERT_TRUE(client.connection().StartCall("x").ok());
  }
}

// A connection that has failed is closed, not half-closed.
TEST(ClientConnectionTest, NoHalfCloseAfterAnError) {
  Client client(Form::kAsync);
  client.connection().HalfClose();
  client.Receive(Response(7, "stray"));
  EXPECT_EQ(client.Events(), "closed:DATA_LOSS");
  EXPECT_FALSE(client.connection().wants_shutdown_write());
}

TEST(ClientConnectionTest, AReceiveBufferOfNoSenseFailsEachCall) {
  ClientOptions options;
  options.receive_buffer_octets = 0;
  ClientConnection connection(options);
  EXPECT_TRUE(absl::IsFailedPrecondition(connection.StartCall("x").status()));
  options.receive_buffer_octets = 5000;
  ClientConnection good(options);
  EXPECT_TRUE(good.StartCall("x").ok());
  EXPECT_EQ(good.ReceiveBuffer().size(), 5000u);
}

}  // namespace
}  // namespace forkrpc
