// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/server_connection.h"

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
namespace {

std::string Request(Form form, uint32_t id, absl::string_view payload) {
  std::string out;
  EXPECT_TRUE(AppendFrame(RequestLayout(form), id, payload, &out).ok());
  return out;
}

// A server whose driver is the test.
class Server {
 public:
  explicit Server(const ServerOptions& options) : connection_(options) {}
  explicit Server(Form form) : Server(WithForm(form)) {}

  static ServerOptions WithForm(Form form) {
    ServerOptions options;
    options.form = form;
    return options;
  }

  void Receive(absl::string_view octets) {
    EXPECT_EQ(GiveOctets(&connection_, octets), "") << "not wanted";
  }

  // Everything the connection wants written, as hex.
  std::string Written() {
    return absl::BytesToHexString(TakeOctets(&connection_));
  }

  // All events, one word each: q1:payload, half, closed:CODE.
  std::string Events() {
    std::vector<std::string> log;
    while (std::optional<ServerEvent> event = connection_.PollEvent()) {
      switch (event->kind) {
        case ServerEvent::kRequest:
          log.push_back(absl::StrCat("q", event->call, ":", event->payload));
          break;
        case ServerEvent::kHalfClosed:
          log.push_back("half");
          break;
        case ServerEvent::kClosed:
          log.push_back(absl::StrCat(
              "closed:", absl::StatusCodeToString(event->status.code())));
          break;
      }
    }
    return absl::StrJoin(log, " ");
  }

  ServerConnection& connection() { return connection_; }

 private:
  ServerConnection connection_;
};

TEST(ServerConnectionTest, SyncFormAnswersInOrderWithIdOne) {
  Server server(Form::kSync);
  server.Receive(Request(Form::kSync, 0, "a") + Request(Form::kSync, 0, ""));
  EXPECT_EQ(server.Events(), "q1:a q2:");
  EXPECT_EQ(server.connection().SendResponse(2, "x").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(server.connection().SendEvent("ev").ok());
  EXPECT_TRUE(server.connection().SendResponse(1, "A").ok());
  EXPECT_EQ(server.connection().SendResponse(1, "A").code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(server.connection().SendResponse(2, "").ok());
  EXPECT_EQ(server.connection().SendResponse(3, "").code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(server.Written(),
            "00000000000000026576"  // event
            "000000010000000141"    // A
            "0000000100000000");
}

//= spec/wire.md#FR-ERR-018
TEST(ServerConnectionTest, AsyncFormEchoesIdsInAnyOrder) {
  Server server(Form::kAsync);
  server.Receive(Request(Form::kAsync, 0x80000000, "a") +
                 Request(Form::kAsync, 0xFFFFFFFF, "b"));
  EXPECT_EQ(server.Events(), "q2147483648:a q4294967295:b");
  EXPECT_TRUE(server.connection().SendResponse(0xFFFFFFFF, "").ok());
  EXPECT_EQ(server.connection().SendResponse(0xFFFFFFFF, "again").code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(server.connection().SendResponse(0x80000000, "").ok());
  EXPECT_EQ(server.Written(), "ffffffff000000008000000000000000");
  EXPECT_EQ(server.connection().in_flight(), 0);
  // An id may come again once it was answered.
  server.Receive(Request(Form::kAsync, 0xFFFFFFFF, "c"));
  EXPECT_EQ(server.Events(), "q4294967295:c");
}

TEST(ServerConnectionTest, IdZeroAndDuplicateIdsAreErrors) {
  for (const std::string& bad :
       {Request(Form::kAsync, 0, "x"), Request(Form::kAsync, 5, "x")}) {
    Server server(Form::kAsync);
    server.Receive(Request(Form::kAsync, 5, "good") + bad +
                   Request(Form::kAsync, 6, "too late"));
    EXPECT_EQ(server.Events(), "q5:good closed:DATA_LOSS");
    EXPECT_FALSE(server.connection().SendResponse(5, "").ok());
    EXPECT_TRUE(server.connection().ReceiveBuffer().empty());
  }
}

TEST(ServerConnectionTest, OutputMadeBeforeAnErrorIsStillWritten) {
  Server server(Form::kSync);
  server.Receive(Request(Form::kSync, 0, "a"));
  EXPECT_EQ(server.Events(), "q1:a");
  EXPECT_TRUE(server.connection().SendResponse(1, "").ok());
  server.Receive("\x7f\xff\xff\xff");
  EXPECT_EQ(server.Events(), "closed:RESOURCE_EXHAUSTED");
  EXPECT_EQ(server.Written(), "0000000100000000");
}

TEST(ServerConnectionTest, DrainsThenHalfCloses) {
  Server server(Form::kAsync);
  server.Receive(Request(Form::kAsync, 1, "a") + Request(Form::kAsync, 2, "b"));
  server.connection().OnReceiveEof();
  EXPECT_EQ(server.Events(), "q1:a q2:b half");
  EXPECT_FALSE(server.connection().wants_shutdown_write());
  EXPECT_TRUE(server.connection().SendResponse(2, "").ok());
  server.Written();
  EXPECT_FALSE(server.connection().wants_shutdown_write()) << "1 is in flight";
  EXPECT_TRUE(server.connection().SendResponse(1, "").ok());
  EXPECT_FALSE(server.connection().wants_shutdown_write()) << "unsent";
  server.Written();
  ASSERT_TRUE(server.connection().wants_shutdown_write());
  EXPECT_EQ(server.Events(), "");
  server.connection().OnShutdownWriteDone();
  EXPECT_EQ(server.Events(), "closed:OK");
  EXPECT_FALSE(server.connection().SendEvent("too late").ok());
}

TEST(ServerConnectionTest, FragmentAtTheEndIsAnErrorBehindTheAnswers) {
  Server server(Form::kSync);
  server.Receive(Request(Form::kSync, 0, "a") +
                 Request(Form::kSync, 0, "cut").substr(0, 5));
  server.connection().OnReceiveEof();
  EXPECT_EQ(server.Events(), "q1:a half");
  EXPECT_TRUE(server.connection().SendResponse(1, "").ok());
  EXPECT_EQ(server.Written(), "0000000100000000");
  ASSERT_TRUE(server.connection().wants_shutdown_write());
  server.connection().OnShutdownWriteDone();
  EXPECT_EQ(server.Events(), "closed:DATA_LOSS");
}

TEST(ServerConnectionTest, ParentThatIsGoneEndsIt) {
  {
    Server server(Form::kSync);
    server.connection().OnReceiveError(absl::UnavailableError("reset"));
    EXPECT_EQ(server.Events(), "closed:UNAVAILABLE");
  }
  {
    Server server(Form::kSync);
    server.Receive(Request(Form::kSync, 0, "a") + Request(Form::kSync, 0, "b"));
    server.connection().OnSendError(absl::UnavailableError("pipe"));
    EXPECT_EQ(server.Events(), "closed:UNAVAILABLE");
  }
}

TEST(ServerConnectionTest, InFlightLimitHoldsTheParentBack) {
  ServerOptions options = Server::WithForm(Form::kAsync);
  options.max_in_flight = 2;
  Server server(options);
  server.Receive(Request(Form::kAsync, 1, "a") + Request(Form::kAsync, 2, "b") +
                 Request(Form::kAsync, 3, "c"));
  EXPECT_EQ(server.Events(), "q1:a q2:b");
  EXPECT_TRUE(server.connection().ReceiveBuffer().empty());
  EXPECT_TRUE(server.connection().SendResponse(2, "").ok());
  EXPECT_EQ(server.Events(), "q3:c");
}

//= spec/wire.md#FR-LIM-007
TEST(ServerConnectionTest, UnreadOutputHoldsTheParentBack) {
  ServerOptions options = Server::WithForm(Form::kAsync);
  options.high_water = 10;
  Server server(options);
  server.Receive(Request(Form::kAsync, 1, "a"));
  EXPECT_EQ(server.Events(), "q1:a");
  EXPECT_TRUE(server.connection().SendEvent("12345").ok());
  EXPECT_TRUE(server.connection().ReceiveBuffer().empty());
  server.Written();
  EXPECT_FALSE(server.connection().ReceiveBuffer().empty());
}

TEST(ServerConnectionTest, OverlongOutputIsRefusedNotSent) {
  ServerOptions options = Server::WithForm(Form::kSync);
  options.limits.max_payload = 3;
  Server server(options);
  server.Receive(Request(Form::kSync, 0, "a"));
  server.Events();
  EXPECT_EQ(server.connection().SendResponse(1, "1234").code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(server.Written(), "");
  EXPECT_TRUE(server.connection().SendResponse(1, "123").ok());
}

TEST(ServerConnectionTest, SteadyStateAllocatesNothing) {
  Server server(Form::kAsync);
  std::string requests;
  for (uint32_t id = 1; id <= 1000; ++id) {
    requests += Request(Form::kAsync, id, "sixteen octets..");
  }
  const auto round = [&] {
    server.Receive(requests);
    while (std::optional<ServerEvent> event = server.connection().PollEvent()) {
      ASSERT_TRUE(
          server.connection().SendResponse(event->call, event->payload).ok());
    }
    server.connection().OnSent(server.connection().unsent());
  };
  for (int i = 0; i < 3; ++i) round();
  AllocationCounter counter;
  round();
  EXPECT_EQ(counter.allocations(), 0);
}

TEST(ServerConnectionTest, NothingIsSentAfterTheEnd) {
  Server server(Form::kAsync);
  server.connection().OnReceiveEof();
  EXPECT_EQ(server.Events(), "half");
  ASSERT_TRUE(server.connection().wants_shutdown_write());
  server.connection().OnShutdownWriteDone();
  EXPECT_EQ(server.connection().SendEvent("late").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(server.connection().wants_shutdown_write());
}

TEST(ServerConnectionTest, AfterAWriteErrorItIsWhatIsSaid) {
  Server server(Form::kAsync);
  server.Receive(Request(Form::kAsync, 1, "x"));
  EXPECT_EQ(server.Events(), "q1:x");
  server.connection().OnSendError(absl::UnavailableError("gone"));
  server.connection().OnSendError(absl::InternalError("later"));
  EXPECT_EQ(server.connection().SendResponse(1, "y"),
            absl::UnavailableError("gone"));
  EXPECT_EQ(server.connection().SendEvent("y"), absl::UnavailableError("gone"));
}

// A connection that has failed is closed, not half-closed.
TEST(ServerConnectionTest, NoHalfCloseAfterAnError) {
  Server server(Form::kAsync);
  server.connection().OnReceiveEof();
  EXPECT_EQ(server.Events(), "half");
  server.connection().OnSendError(absl::UnavailableError("gone"));
  EXPECT_EQ(server.Events(), "closed:UNAVAILABLE");
  EXPECT_FALSE(server.connection().wants_shutdown_write());
}

TEST(ServerConnectionTest, KnowsNoTimeouts) {
  Server server(Form::kAsync);
  EXPECT_EQ(server.connection().NextTimeout(), MonotonicTime::InfiniteFuture());
  server.connection().OnTimeout(MonotonicTime());
  EXPECT_EQ(server.Events(), "");
}

// The response lies in the request, which the next one overwrites.
TEST(ServerConnectionTest, AnEchoIsCopiedBeforeMoreIsReceived) {
  constexpr size_t kSize = SendQueue::kMinBorrow;
  Server server(Form::kAsync);
  server.Receive(Request(Form::kAsync, 1, std::string(kSize, 'a')));
  const std::optional<ServerEvent> asked = server.connection().PollEvent();
  ASSERT_TRUE(asked.has_value());
  ASSERT_TRUE(server.connection()
                  .SendResponse(1, asked->payload, PayloadLifetime::kBorrow)
                  .ok());
  server.connection().OwnBorrowedBeforeReceiving();
  EXPECT_EQ(server.connection().SendBuffers()[1].data(), asked->payload.data());
  server.Receive(Request(Form::kAsync, 2, std::string(kSize, 'b')));
  EXPECT_EQ(TakeOctets(&server.connection()).substr(8),
            std::string(kSize, 'a'));
  EXPECT_EQ(server.connection().sent(), kSize + 8);
  EXPECT_EQ(server.connection().received(), 2 * (kSize + 8));
}

// What makes no sense is an error that names it, not a crash.
TEST(ServerConnectionTest, AReceiveBufferOfNoSenseIsNamed) {
  for (const size_t octets : {size_t{0}, size_t{511}, (size_t{64} << 20) + 1}) {
    ServerOptions options;
    options.receive_buffer_octets = octets;
    ServerConnection connection(options);
    EXPECT_EQ(connection.status(),
              absl::FailedPreconditionError(
                  absl::StrCat("receive_buffer_octets is 512 to 67108864; "
                               "found ",
                               octets)));
    EXPECT_TRUE(connection.ReceiveBuffer().empty());
    const auto event = connection.PollEvent();
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->kind, ServerEvent::kClosed);
    EXPECT_EQ(event->status, connection.status());
  }
  ServerOptions options;
  options.receive_buffer_octets = 512;
  ServerConnection connection(options);
  EXPECT_EQ(connection.ReceiveBuffer().size(), 512u);
}

}  // namespace
}  // namespace forkrpc
