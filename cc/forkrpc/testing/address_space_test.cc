// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// T-20: within 256 MiB of address space, where to ask for more aborts, each
// limit is taken to its end: what is beyond is refused with a status.

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/connection/test_octets.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

class AddressSpaceTest : public testing::TestWithParam<Form> {
 protected:
  static void SetUpTestSuite() {
    const rlimit limit = {256 * kMiB, 256 * kMiB};
    ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
  }

  template <typename Options>
  static Options InForm() {
    Options options;
    options.form = GetParam();
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(Forms, AddressSpaceTest,
                         testing::Values(Form::kSync, Form::kAsync),
                         [](const auto& info) {
                           return info.param == Form::kSync ? "Sync" : "Async";
                         });

// What one has written is read by the other, in the pieces in which it is.
void Move(Connection* from, Connection* to) {
  while (from->unsent() > 0) {
    const absl::string_view part = from->SendBuffers()[0];
    const size_t left = GiveOctets(to, part, 256 << 10).size();
    if (left == part.size()) return;
    from->OnSent(part.size() - left);
  }
}

TEST_P(AddressSpaceTest, TheLongestPayloadThereAndBack) {
  ClientConnection client(InForm<ClientOptions>());
  ServerConnection server(InForm<ServerOptions>());
  const std::string longest(WireLimits().max_payload, 'x');
  EXPECT_TRUE(
      absl::IsResourceExhausted(client.StartCall(longest + "x").status()));
  for (int round = 0; round < 3; ++round) {
    const CallId call = client.StartCall(longest).value();
    Move(&client, &server);
    const std::optional<ServerEvent> request = server.PollEvent();
    ASSERT_TRUE(request.has_value());
    ASSERT_TRUE(request->payload == longest);
    EXPECT_TRUE(absl::IsResourceExhausted(
        server.SendResponse(request->call, longest + "x")));
    ASSERT_TRUE(server.SendResponse(request->call, request->payload).ok());
    Move(&server, &client);
    const std::optional<ClientEvent> response = client.PollEvent();
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->call, call);
    ASSERT_TRUE(response->payload == longest);
  }
}

// The longest that the wire can say, claimed and never sent.
TEST_P(AddressSpaceTest, ALengthOfFourGigabytesIsOnlyWaitedFor) {
  ClientOptions client_options = InForm<ClientOptions>();
  ServerOptions server_options = InForm<ServerOptions>();
  client_options.limits.max_payload = server_options.limits.max_payload =
      0xFFFFFFFF;
  ClientConnection client(client_options);
  ServerConnection server(server_options);
  const std::string body(kMiB, 'x');
  const auto feed = [&](Connection* connection, absl::string_view header) {
    EXPECT_EQ(GiveOctets(connection, header), "");
    for (int i = 0; i < 24; ++i) {
      EXPECT_EQ(GiveOctets(connection, body), "");
    }
    connection->OnReceiveEof();
  };
  feed(&client, absl::string_view("\0\0\0\0\xFF\xFF\xFF\xFF", 8));
  const std::optional<ClientEvent> end = client.PollEvent();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, ClientEvent::kClosed);
  EXPECT_TRUE(absl::IsDataLoss(end->status)) << end->status;
  feed(&server, GetParam() == Form::kSync
                    ? absl::string_view("\xFF\xFF\xFF\xFF", 4)
                    : absl::string_view("\0\0\0\7\xFF\xFF\xFF\xFF", 8));
  // What was whole is answered before the fragment is an error.
  std::optional<ServerEvent> server_end = server.PollEvent();
  ASSERT_TRUE(server_end.has_value());
  EXPECT_EQ(server_end->kind, ServerEvent::kHalfClosed);
  ASSERT_TRUE(server.wants_shutdown_write());
  server.OnShutdownWriteDone();
  server_end = server.PollEvent();
  ASSERT_TRUE(server_end.has_value());
  EXPECT_EQ(server_end->kind, ServerEvent::kClosed);
  EXPECT_TRUE(absl::IsDataLoss(server_end->status)) << server_end->status;
}

TEST_P(AddressSpaceTest, UnsentRequestsToTheirLimit) {
  const ClientOptions options = InForm<ClientOptions>();
  for (const size_t size : {size_t{40000}, kMiB, options.limits.max_payload}) {
    ClientConnection client(options);
    const std::string payload(size, 'x');
    absl::Status status;
    size_t taken = 0;
    while (status.ok()) {
      status = client.StartCall(payload).status();
      taken += status.ok() ? size : 0;
    }
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_LE(client.unsent(), options.max_unsent);
    EXPECT_GT(taken + 2 * size, options.max_unsent);
    // It goes on when some has been written.
    client.OnSent(size + kMaxHeaderSize);
    EXPECT_TRUE(client.StartCall(payload).ok());
  }
}

TEST_P(AddressSpaceTest, CallsInFlightToTheirLimit) {
  for (const size_t limit : {ServerOptions().max_in_flight, size_t{1} << 20}) {
    ClientOptions client_options = InForm<ClientOptions>();
    ServerOptions server_options = InForm<ServerOptions>();
    client_options.max_in_flight = server_options.max_in_flight = limit;
    ClientConnection client(client_options);
    ServerConnection server(server_options);
    size_t started = 0, asked = 0;
    absl::Status status;
    while (status.ok()) {
      status = client.StartCall("").status();
      started += status.ok() ? 1 : 0;
    }
    EXPECT_EQ(started, limit);
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    while (client.unsent() > 0) {
      Move(&client, &server);
      while (server.PollEvent().has_value()) ++asked;
    }
    EXPECT_EQ(asked, limit);
    EXPECT_EQ(server.in_flight(), limit);
    // It holds the client back now, and reads no more.
    EXPECT_FALSE(server.wants_octets());
    client.OnReceiveEof();
    size_t failed = 0;
    while (client.PollEvent().has_value()) ++failed;
    EXPECT_EQ(failed, limit + 1);  // and the end
  }
}

// Nobody polls: reading stops with what one read has brought.
TEST_P(AddressSpaceTest, WhatIsNotPolledIsNotReadWithoutEnd) {
  ClientConnection client(InForm<ClientOptions>());
  ServerConnection server(InForm<ServerOptions>());
  const std::string event(kMiB, 'e');
  size_t raised = 0;
  while (raised < 40 && server.SendEvent(event).ok()) ++raised;
  const size_t all = server.unsent();
  Move(&server, &client);
  EXPECT_FALSE(client.wants_octets());
  EXPECT_LT(client.received(), 2 * kMiB);
  size_t got = 0;
  while (server.unsent() > 0 || client.wants_octets()) {
    const size_t before = got;
    while (client.PollEvent().has_value()) ++got;
    Move(&server, &client);
    if (got == before && server.unsent() == 0) break;
  }
  while (client.PollEvent().has_value()) ++got;
  EXPECT_EQ(got, raised);
  EXPECT_EQ(client.received(), all);
}

}  // namespace
}  // namespace forkrpc
