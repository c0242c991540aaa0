// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsyncServerFixture: an AsyncServer and a parent that does what it is told.
//
// For the tests of this package. Requests are held until the test answers them,
// unless on_request_ is set.
//
//   Start();
//   Ask(7, "question");
//   ASSERT_TRUE(Asked(1));
//   held_[0].responder.Respond("answer");
//   ASSERT_TRUE(ParentGets(1));

#ifndef FORKRPC_SERVER_ASYNC_SERVER_TEST_UTIL_H_
#define FORKRPC_SERVER_ASYNC_SERVER_TEST_UTIL_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/testing/test_loop.h"
#include "forkrpc/transport/test_wires.h"
#include "gtest/gtest.h"

namespace forkrpc {

class AsyncServerFixture : public testing::Test {
 protected:
  struct Held {
    std::string request;
    Responder responder;
  };

  AsyncServerFixture() {
    options_.done = [this](absl::Status status) {
      EXPECT_FALSE(end_.has_value()) << "done is called again";
      end_ = std::move(status);
      if (on_done_ != nullptr) on_done_();
    };
    options_.log = [this](absl::string_view line) { log_.emplace_back(line); };
  }

  void Start(WireKind kind = WireKind::kSocket,
             const SysCalls* sys = DefaultSysCalls()) {
    wire_ = TestWire::Make(kind, sys);
    parent_.emplace(wire_.peer_in.get(), wire_.peer_out_fd());
    auto server = AsyncServer::Start(
        wire_.transport.get(),
        [this](absl::string_view request, Responder responder) {
          ++requests_;
          if (on_request_ != nullptr) {
            on_request_(request, std::move(responder));
          } else {
            held_.push_back({std::string(request), std::move(responder)});
          }
        },
        options_, loop_.get());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  void Ask(uint32_t id, absl::string_view payload) {
    const std::string frame = options_.connection.form == Form::kSync
                                  ? ScriptedPeer::FrameWithoutId(payload)
                                  : ScriptedPeer::Frame(id, payload);
    ASSERT_EQ(parent_->Send(frame), frame.size());
  }
  void HalfClose() { wire_.CloseFromPeer(); }
  // As if the parent had been killed.
  void Vanish() {
    wire_.peer_in.Reset();
    wire_.peer_out.Reset();
  }

  // Responds to the oldest request held.
  absl::Status RespondToFirst(absl::string_view payload) {
    Held held = std::move(held_.front());
    held_.pop_front();
    return held.responder.Respond(payload);
  }

  bool Asked(size_t requests) {
    return loop_.RunUntil([&] { return held_.size() >= requests; });
  }
  bool ParentGets(size_t frames) {
    return loop_.RunUntil([&] { return parent_->Receive().size() >= frames; });
  }
  bool ParentSeesTheEnd() {
    return loop_.RunUntil([&] {
      parent_->Receive();
      return parent_->at_end();
    });
  }
  bool Ended(absl::Duration limit = TestLoop::kTooLong) {
    return loop_.RunUntil([&] { return end_.has_value(); }, limit);
  }

  TestLoop loop_;
  AsyncServerOptions options_;
  TestWire wire_;
  std::optional<ScriptedPeer> parent_;
  std::unique_ptr<AsyncServer> server_;

  std::function<void(absl::string_view, Responder)> on_request_;
  std::function<void()> on_done_;
  int requests_ = 0;
  std::deque<Held> held_;
  std::vector<std::string> log_;
  std::optional<absl::Status> end_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_ASYNC_SERVER_TEST_UTIL_H_
