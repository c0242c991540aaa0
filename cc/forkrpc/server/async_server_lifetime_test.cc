// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// An AsyncServer that is destroyed from inside its callbacks, and functions
// that throw.

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/async_server_test_util.h"
#include "forkrpc/testing/scripted_peer.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using AsyncServerLifetimeTest = AsyncServerFixture;

TEST_F(AsyncServerLifetimeTest, MayBeDestroyedInsideAFunction) {
  on_request_ = [this](absl::string_view request, Responder responder) {
    server_ = nullptr;
    EXPECT_EQ(request, "a");
    EXPECT_FALSE(responder.Respond("late").ok());
  };
  Start();
  ASSERT_EQ(
      parent_->Send(ScriptedPeer::Frame(1, "a") + ScriptedPeer::Frame(2, "b")),
      18);
  ASSERT_TRUE(loop_.RunUntil([&] { return server_ == nullptr; }));
  wire_.transport = nullptr;
  loop_.RunForAWhile();
  EXPECT_EQ(requests_, 1);
  EXPECT_FALSE(end_.has_value());
  EXPECT_TRUE(parent_->Receive().empty());
}

TEST_F(AsyncServerLifetimeTest, MayBeDestroyedInsideLog) {
  // With a capture that it uses when the server is gone.
  options_.log = [this, word = std::string(50, 'w')](absl::string_view) {
    server_ = nullptr;
    log_.push_back(word);
  };
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  held_.clear();
  EXPECT_EQ(server_, nullptr);
  // The same inside the function.
  on_request_ = [](absl::string_view, Responder) {};
  Start();
  Ask(1, "a");
  ASSERT_TRUE(loop_.RunUntil([&] { return server_ == nullptr; }));
  loop_.RunForAWhile();
  EXPECT_EQ(requests_, 2);
}

#ifdef ABSL_HAVE_EXCEPTIONS
// The exception leaves the loop; all else is as if the function had returned.
TEST(AsyncServerExceptionTest, LosesNothing) {
  TestWire wire = TestWire::Make(WireKind::kSocket);
  ScriptedPeer parent(wire.peer_in.get(), wire.peer_out_fd());
  LibuvLoop loop;
  AsyncServerOptions options;
  std::vector<std::string> log;
  options.log = [&](absl::string_view line) { log.emplace_back(line); };
  absl::Status end;
  options.done = [&](absl::Status status) {
    end = std::move(status);
    loop.Stop();
  };
  auto server = AsyncServer::Start(
      wire.transport.get(),
      [](absl::string_view request, Responder responder) {
        if (request == "throw") throw std::runtime_error("what");
        responder.Respond(request).IgnoreError();
      },
      options, &loop);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string requests =
      ScriptedPeer::Frame(1, "a") + ScriptedPeer::Frame(2, "throw") +
      ScriptedPeer::Frame(3, "c") + ScriptedPeer::Frame(4, "throw");
  ASSERT_EQ(parent.Send(requests), requests.size());
  wire.CloseFromPeer();
  EXPECT_THROW(loop.Run(), std::runtime_error);
  EXPECT_THROW(loop.Run(), std::runtime_error);
  loop.Run();
  EXPECT_TRUE(absl::IsFailedPrecondition(end)) << end;
  EXPECT_EQ(log.size(), 2) << "the calls that threw";
  ASSERT_EQ(parent.Receive().size(), 2);
  EXPECT_EQ(parent.frames()[0].payload, "a");
  EXPECT_EQ(parent.frames()[1].payload, "c");
}
#endif

TEST_F(AsyncServerLifetimeTest, MayBeDestroyedInsideDone) {
  on_done_ = [this] { server_ = nullptr; };
  Start();
  HalfClose();
  ASSERT_TRUE(Ended());
  EXPECT_EQ(server_, nullptr);
  // The same where it is a timer that finds the end.
  end_.reset();
  options_.connection.max_in_flight = 1;
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  Vanish();
  ASSERT_TRUE(Ended());
  EXPECT_EQ(server_, nullptr);
}

TEST_F(AsyncServerLifetimeTest, MayBeDestroyedWithATurnDue) {
  Start();
  EXPECT_TRUE(server_->SendEvent("lost").ok());
  server_ = nullptr;
  wire_.transport = nullptr;
  loop_.RunForAWhile();
  EXPECT_TRUE(parent_->Receive().empty());
  EXPECT_TRUE(parent_->at_end());
  EXPECT_FALSE(end_.has_value());
}

}  // namespace
}  // namespace forkrpc
