// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A peer that sends anything: legal frames with wrong ids, absurd lengths,
// noise, an end at any octet. Each call must still end once, and each error
// must be of the kind that the wire's words allow.

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/connection/test_octets.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A stream that is partly well-formed. `ids` are those the peer likes to use.
std::string HostileStream(FrameLayout layout, std::mt19937* bits) {
  std::string stream;
  for (int i = (*bits)() % 20; i >= 0; --i) {
    const uint32_t likely_ids[] = {
        0, 1, 2, 3, 0xFFFFFFFF, static_cast<uint32_t>((*bits)())};
    const uint32_t id = likely_ids[(*bits)() % 6];
    const std::string payload((*bits)() % 50, 'p');
    switch ((*bits)() % 12) {
      case 0: {  // a length that is a lie
        char header[kMaxHeaderSize];
        const uint32_t lengths[] = {51, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
        stream.append(
            header,
            EncodeHeader(layout, id, lengths[(*bits)() % 4], header) - header);
        break;
      }
      case 1:  // noise
        for (int n = (*bits)() % 30; n > 0; --n) {
          stream.push_back(static_cast<char>((*bits)()));
        }
        break;
      default:
        EXPECT_TRUE(AppendFrame(layout, id, payload, &stream).ok());
    }
  }
  return stream;
}

// Feeds as much as the connection wants, in random pieces, polling in between.
template <typename Poll>
void Feed(Connection* connection, absl::string_view stream, std::mt19937* bits,
          Poll poll) {
  while (!stream.empty()) {
    const absl::string_view piece = stream.substr(0, 1 + (*bits)() % 60);
    if (!GiveOctets(connection, piece).empty()) return;
    stream.remove_prefix(piece.size());
    poll();
  }
}

void RunClient(Form form, uint32_t seed) {
  std::mt19937 bits(seed);
  ClientOptions options;
  options.form = form;
  options.limits.max_payload = 50;
  ClientConnection client(options);
  std::set<CallId> waiting;
  bool closed = false;
  const auto poll = [&] {
    while (std::optional<ClientEvent> event = client.PollEvent()) {
      ASSERT_FALSE(closed) << "something behind kClosed";
      if (event->kind == ClientEvent::kResponse ||
          event->kind == ClientEvent::kCallFailed) {
        ASSERT_EQ(waiting.erase(event->call), 1) << "ended twice";
      }
      if (event->kind == ClientEvent::kClosed) closed = true;
      if (bits() % 3 == 0 && !closed) {
        const absl::StatusOr<CallId> id = client.StartCall("x");
        if (id.ok()) {
          ASSERT_TRUE(waiting.insert(*id).second);
        }
      }
    }
  };
  for (int i = bits() % 4; i > 0; --i) {
    waiting.insert(client.StartCall("x").value());
  }
  if (bits() % 2 == 0) client.HalfClose();
  Feed(&client, HostileStream(kResponseLayout, &bits), &bits, poll);
  client.OnReceiveEof();
  poll();
  ASSERT_TRUE(closed);
  ASSERT_TRUE(waiting.empty()) << "a call never ended";
  ASSERT_EQ(client.in_flight(), 0);
  ASSERT_TRUE(client.ReceiveBuffer().empty());
  const absl::StatusCode code = client.status().code();
  ASSERT_TRUE(code == absl::StatusCode::kOk ||
              code == absl::StatusCode::kDataLoss ||
              code == absl::StatusCode::kResourceExhausted ||
              code == absl::StatusCode::kUnavailable)
      << client.status();
}

void RunServer(Form form, uint32_t seed) {
  std::mt19937 bits(seed);
  ServerOptions options;
  options.form = form;
  options.limits.max_payload = 50;
  ServerConnection server(options);
  std::set<CallId> asked;
  bool closed = false;
  const auto poll = [&] {
    while (std::optional<ServerEvent> event = server.PollEvent()) {
      ASSERT_FALSE(closed);
      if (event->kind == ServerEvent::kClosed) closed = true;
      if (event->kind == ServerEvent::kRequest) {
        ASSERT_NE(event->call, 0);
        ASSERT_TRUE(asked.insert(event->call).second) << "asked twice";
      }
      if (!asked.empty() && bits() % 2 == 0) {
        ASSERT_EQ(server.SendResponse(*asked.begin(), "r").ok(), !closed);
        asked.erase(asked.begin());
      }
    }
  };
  Feed(&server, HostileStream(RequestLayout(form), &bits), &bits, poll);
  server.OnReceiveEof();
  poll();
  for (CallId call : asked) {
    ASSERT_EQ(server.SendResponse(call, "r").ok(), !closed);
  }
  server.OnSent(server.unsent());
  if (server.wants_shutdown_write()) server.OnShutdownWriteDone();
  poll();
  ASSERT_TRUE(closed);
  const absl::StatusCode code = server.status().code();
  ASSERT_TRUE(code == absl::StatusCode::kOk ||
              code == absl::StatusCode::kDataLoss ||
              code == absl::StatusCode::kResourceExhausted)
      << server.status();
}

class HostilePeerTest : public ::testing::TestWithParam<Form> {};

TEST_P(HostilePeerTest, ClientEndsEveryCallOnce) {
  for (uint32_t seed = 0; seed < 20000; ++seed) {
    ASSERT_NO_FATAL_FAILURE(RunClient(GetParam(), seed)) << "seed " << seed;
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST_P(HostilePeerTest, ServerEndsWithATypedError) {
  for (uint32_t seed = 0; seed < 20000; ++seed) {
    ASSERT_NO_FATAL_FAILURE(RunServer(GetParam(), seed)) << "seed " << seed;
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, HostilePeerTest,
                         ::testing::Values(Form::kSync, Form::kAsync),
                         [](const auto& info) {
                           return info.param == Form::kSync ? "Sync" : "Async";
                         });

}  // namespace
}  // namespace forkrpc
