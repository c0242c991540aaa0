// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How many reads a payload takes, by the start size of the receive buffer: the
// table in connection/server_connection.h is what this prints.

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/transport/sys_calls.h"
#include "forkrpc/transport/test_wires.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

int reads = 0;
constexpr SysCalls kCounted = {
    [](int fd, void* buffer, size_t size, int flags) -> ssize_t {
      ++reads;
      return recv(fd, buffer, size, flags);
    },
    kRealSysCalls.sendmsg, kRealSysCalls.read, kRealSysCalls.writev};

// Reads of one frame, the first of its connection and one that comes later.
struct Reads {
  int first = 0;
  int later = 0;
};

bool Arrived(int fd) {
  pollfd waited = {fd, POLLIN, 0};
  return poll(&waited, 1, 0) == 1;
}

// Sends `frame` and reads it as the drivers do, once whenever something has
// arrived, while the peer writes as much as the stream takes. Returns the
// reads. `poll` takes what is whole, and says whether that was the frame.
template <typename Poll>
int ReadsOf(Connection* connection, const TestWire& wire, ScriptedPeer* peer,
            const std::string& frame, const Poll& poll_frame) {
  reads = 0;
  absl::string_view rest = frame;
  for (;;) {
    rest.remove_prefix(peer->Send(rest));
    while (Arrived(wire.transport->read_fd())) {
      const auto got =
          wire.transport->Read(connection->ReceiveBuffer(), IoMode::kNonBlock);
      if (!got.ok() || got->kind != IoResult::kOctets) return -1;
      connection->OnReceived(got->octets);
      if (poll_frame()) return reads;
    }
  }
}

Reads OfRequests(size_t payload, size_t start) {
  TestWire wire = TestWire::Make(WireKind::kSocket, &kCounted);
  ScriptedPeer peer(wire.peer_in.get(), wire.peer_out_fd());
  ServerOptions options;
  options.receive_buffer_octets = start;
  ServerConnection connection(options);
  const std::string frame = ScriptedPeer::Frame(7, std::string(payload, 'x'));
  Reads result;
  for (int i = 0; i < 40; ++i) {
    result.later = ReadsOf(&connection, wire, &peer, frame, [&] {
      CallId call;
      absl::string_view request;
      return connection.PollRequest(&call, &request) &&
             request.size() == payload &&
             connection.SendResponse(call, "").ok();
    });
    if (i == 0) result.first = result.later;
  }
  return result;
}

Reads OfResponses(size_t payload, size_t start) {
  TestWire wire = TestWire::Make(WireKind::kSocket, &kCounted);
  ScriptedPeer peer(wire.peer_in.get(), wire.peer_out_fd());
  ClientOptions options;
  options.receive_buffer_octets = start;
  ClientConnection connection(options);
  Reads result;
  for (int i = 0; i < 40; ++i) {
    const CallId call = *connection.StartCall("");
    const std::string frame =
        ScriptedPeer::Frame(call, std::string(payload, 'x'));
    result.later = ReadsOf(&connection, wire, &peer, frame, [&] {
      CallId answered;
      absl::string_view response;
      return connection.PollResponse(&answered, &response) &&
             response.size() == payload;
    });
    if (i == 0) result.first = result.later;
  }
  return result;
}

const std::vector<size_t> kStarts = {512, 4096, 32768, 131072, 2097152};

TEST(ReceiveBufferReadsTest, ALargerStartReadsTheFirstPayloadFaster) {
  for (const size_t payload : {size_t{16}, size_t{65536}, size_t{1048576}}) {
    Reads before = OfRequests(payload, kStarts[0]);
    for (const size_t start : kStarts) {
      const Reads requests = OfRequests(payload, start);
      const Reads responses = OfResponses(payload, start);
      std::printf("%8zu octets, start %8zu: %3d reads, later %2d\n", payload,
                  start, requests.first, requests.later);
      EXPECT_EQ(requests.first, responses.first);
      EXPECT_EQ(requests.later, responses.later);
      EXPECT_GE(requests.first, 1);
      EXPECT_LE(requests.first, before.first);
      // What has grown once stays so: a start size is for starts.
      EXPECT_LE(requests.later, requests.first);
      EXPECT_LE(requests.later, before.later);
      before = requests;
    }
  }
}

TEST(ReceiveBufferReadsTest, APayloadThatFitsTakesOneReadFromTheStart) {
  for (const size_t start : kStarts) {
    EXPECT_EQ(OfRequests(16, start).first, 1);
    EXPECT_EQ(OfRequests(16, start).later, 1);
    EXPECT_EQ(OfRequests(65536, start).later, 1);
  }
  EXPECT_EQ(OfRequests(65536, 65536 + 8).first, 1);
  EXPECT_GT(OfRequests(65536, 512).first, OfRequests(65536, 32768).first);
}

}  // namespace
}  // namespace forkrpc
