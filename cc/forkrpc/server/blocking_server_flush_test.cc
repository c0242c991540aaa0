// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What Flush() of a BlockingServer and of its calls does.

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/server/recorded_transport.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/transport/test_wires.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::ElementsAre;

std::string Frame(uint32_t id, absl::string_view payload) {
  return ScriptedPeer::Frame(id, payload);
}

//= spec/wire.md#FR-EVT-007
TEST(BlockingServerFlushedTest, PushesOutWhatWasMade) {
  RecordedTransport wire(Frame(1, "a") + Frame(2, "b"));
  BlockingServerOptions options;
  options.flush = FlushPolicy::kWhenIdle;
  BlockingServer server(&wire, options);
  EXPECT_TRUE(server.Flush().ok());
  const absl::Status end = server.Serve([&](ServerCall& call) {
    if (call.request() == "b") {
      EXPECT_TRUE(call.SendEvent("x").ok());
      EXPECT_TRUE(call.SendEvent("y").ok());
      EXPECT_THAT(wire.writes, ElementsAre());
      // With the response of the call before.
      EXPECT_TRUE(call.Flush().ok());
      EXPECT_THAT(wire.writes,
                  ElementsAre(Frame(1, "A") + Frame(0, "x") + Frame(0, "y")));
      return "B";
    }
    return "A";
  });
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_THAT(wire.writes,
              ElementsAre(Frame(1, "A") + Frame(0, "x") + Frame(0, "y"),
                          Frame(2, "B")));
  EXPECT_TRUE(server.Flush().ok());
}

// What a flush has pushed out is waiting no more: the next responses collect.
TEST(BlockingServerFlushedTest, AFlushEndsWhatEventsHaveBegun) {
  RecordedTransport wire(Frame(1, "a") + Frame(2, "b"));
  BlockingServerOptions options;
  options.flush = FlushPolicy::kWhenIdle;
  BlockingServer server(&wire, options);
  const absl::Status end = server.Serve([](ServerCall& call) {
    if (call.request() == "a") {
      EXPECT_TRUE(call.SendEvent("x").ok());
      EXPECT_TRUE(call.server()->Flush().ok());
    }
    return "";
  });
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_THAT(wire.writes,
              ElementsAre(Frame(0, "x"), Frame(1, "") + Frame(2, "")));
}

class BlockingServerFlushTest : public testing::TestWithParam<WireKind> {
 protected:
  // Leaves no room in the stream; returns how much fills it.
  size_t Fill() {
    const std::string octets(4096, 'f');
    for (size_t filled = 0;;) {
      const auto put = wire_.transport->Write({octets}, IoMode::kNonBlock);
      if (!put.ok() || put->kind != IoResult::kOctets) return filled;
      filled += put->octets;
    }
  }

  TestWire wire_ = TestWire::Make(GetParam());
};

TEST_P(BlockingServerFlushTest, AParentThatDoesNotReadEndsItAndLosesNothing) {
  const size_t filled = Fill();
  wire_.SendFromPeer(Frame(7, "x"));
  wire_.CloseFromPeer();
  std::string got;
  std::thread parent;
  BlockingServer server(wire_.transport.get(), {});
  const absl::Status end = server.Serve([&](ServerCall& call) {
    EXPECT_TRUE(call.SendEvent("event").ok());
    const MonotonicTime start = MonotonicNow();
    const absl::Status late = call.Flush(absl::Milliseconds(30));
    EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
    EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
    parent = std::thread([&] { got = wire_.ReceiveAtPeer(filled + 13 + 14); });
    EXPECT_TRUE(call.Flush(absl::Seconds(60)).ok());
    return "answer";
  });
  EXPECT_TRUE(end.ok()) << end;
  parent.join();
  EXPECT_EQ(got.substr(filled), Frame(0, "event") + Frame(7, "answer"));
}

TEST_P(BlockingServerFlushTest, AParentThatIsGoneIsUnavailable) {
  wire_.SendFromPeer(Frame(7, "x"));
  BlockingServer server(wire_.transport.get(), {});
  const absl::Status end = server.Serve([&](ServerCall& call) -> Reply {
    wire_.peer_in.Reset();
    wire_.peer_out.Reset();
    EXPECT_TRUE(call.SendEvent("event").ok());
    const absl::Status gone = call.Flush(absl::InfiniteDuration());
    EXPECT_TRUE(absl::IsUnavailable(gone)) << gone;
    return EndWorker(gone);
  });
  EXPECT_TRUE(absl::IsUnavailable(end)) << end;
  EXPECT_TRUE(absl::IsUnavailable(server.Flush()));
}

INSTANTIATE_TEST_SUITE_P(EachKind, BlockingServerFlushTest,
                         testing::ValuesIn(kAllWireKinds), WireKindName);

}  // namespace
}  // namespace forkrpc
