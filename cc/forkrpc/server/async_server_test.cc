// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// An AsyncServer against a parent that does what it is told. Its responders:
// responder_test.cc; its destruction and exceptions:
// async_server_lifetime_test.cc; whole programs: async_worker_main_test.cc.

#include "forkrpc/server/async_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/server/async_server_test_util.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/transport/sys_calls.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class AsyncServerTest : public AsyncServerFixture {};

int writes = 0;  // of kCounting
constexpr SysCalls kCounting = {
    kRealSysCalls.recv,
    [](int fd, const msghdr* message, int flags) {
      ++writes;
      return sendmsg(fd, message, flags);
    },
    kRealSysCalls.read,
    kRealSysCalls.writev,
};

TEST_F(AsyncServerTest, AnswersNowOrLaterInAnyOrder) {
  on_request_ = [this](absl::string_view request, Responder responder) {
    if (request == "now") {
      EXPECT_TRUE(responder.Respond("at once").ok());
    } else {
      held_.push_back({std::string(request), std::move(responder)});
    }
  };
  Start();
  Ask(5, "a");
  Ask(3, "now");
  Ask(9, "b");
  ASSERT_TRUE(Asked(2));
  EXPECT_EQ(server_->in_flight(), 2);
  EXPECT_EQ(held_[1].responder.call(), 9);
  EXPECT_TRUE(held_[1].responder.Respond("B").ok());
  EXPECT_TRUE(held_[0].responder.Respond("A").ok());
  ASSERT_TRUE(ParentGets(3));
  EXPECT_EQ(parent_->frames()[0].id, 3);
  EXPECT_EQ(parent_->frames()[0].payload, "at once");
  EXPECT_EQ(parent_->frames()[1].id, 9);
  EXPECT_EQ(parent_->frames()[1].payload, "B");
  EXPECT_EQ(parent_->frames()[2].id, 5);
  EXPECT_EQ(parent_->frames()[2].payload, "A");
  EXPECT_EQ(server_->in_flight(), 0);
  EXPECT_EQ(server_->unsent(), 0);
}

TEST_F(AsyncServerTest, TheSyncFormHasOneFunctionAtWork) {
  options_.connection.form = Form::kSync;
  Start();
  Ask(0, "a");
  Ask(0, "b");
  ASSERT_TRUE(Asked(1));
  loop_.RunForAWhile();
  EXPECT_EQ(requests_, 1);
  EXPECT_TRUE(RespondToFirst("A").ok());
  ASSERT_TRUE(Asked(1));
  EXPECT_EQ(held_[0].request, "b");
  EXPECT_TRUE(RespondToFirst("B").ok());
  ASSERT_TRUE(ParentGets(2));
  EXPECT_EQ(parent_->frames()[0].payload, "A");
  EXPECT_EQ(parent_->frames()[1].payload, "B");
  EXPECT_EQ(parent_->frames()[1].id, 1);
}

TEST_F(AsyncServerTest, EventsGoOutAtAnyTimeAndInTheirOrder) {
  Start();
  EXPECT_TRUE(server_->SendEvent("before").ok());
  ASSERT_TRUE(ParentGets(1));
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  EXPECT_TRUE(held_[0].responder.SendEvent("first").ok());
  EXPECT_TRUE(held_[0].responder.Respond("A").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(held_[0].responder.SendEvent("late")));
  EXPECT_TRUE(server_->SendEvent(std::string(300000, 'x')).ok());
  EXPECT_TRUE(server_->SendEvent("last").ok());
  ASSERT_TRUE(ParentGets(5));
  EXPECT_EQ(parent_->frames()[0].payload, "before");
  EXPECT_EQ(parent_->frames()[1].payload, "first");
  EXPECT_EQ(parent_->frames()[2].id, 1);
  EXPECT_EQ(parent_->frames()[3].payload.size(), 300000);
  EXPECT_EQ(parent_->frames()[4].payload, "last");
  EXPECT_TRUE(absl::IsResourceExhausted(
      server_->SendEvent(std::string((size_t{16} << 20) + 1, 'x'))));
  HalfClose();
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsFailedPrecondition(server_->SendEvent("too late")));
}

TEST_F(AsyncServerTest, EventsArePostedFromOtherThreads) {
  Start();
  std::thread thread([this] {
    for (int i = 0; i < 100; ++i) server_->PostEvent(absl::StrCat(i));
  });
  ASSERT_TRUE(ParentGets(100));
  thread.join();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(parent_->frames()[i].payload, absl::StrCat(i));
  }
  // One that is on its way when the server goes.
  server_->PostEvent("lost");
  server_ = nullptr;
  loop_.RunForAWhile();
  EXPECT_EQ(parent_->Receive().size(), 100);
}

TEST_F(AsyncServerTest, ManyResponsesOfOneTurnAreOneSystemCall) {
  Start(WireKind::kSocket, &kCounting);
  std::string requests;
  for (int i = 1; i <= 1000; ++i) requests += ScriptedPeer::Frame(i, "x");
  ASSERT_EQ(parent_->Send(requests), requests.size());
  ASSERT_TRUE(Asked(1000));
  writes = 0;
  while (!held_.empty()) ASSERT_TRUE(RespondToFirst("y").ok());
  EXPECT_EQ(writes, 0) << "written before the turn";
  ASSERT_TRUE(ParentGets(1000));
  EXPECT_EQ(writes, 1);
}

TEST_F(AsyncServerTest, APayloadIsNotNeededAfterTheCall) {
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  std::string payload(size_t{2} << 20, 'x');
  EXPECT_TRUE(RespondToFirst(payload).ok());
  payload.assign(payload.size(), '?');
  ASSERT_TRUE(ParentGets(1));
  EXPECT_EQ(parent_->frames()[0].payload, std::string(payload.size(), 'x'));
}

// The response lies in the memory that the next request is received into.
TEST_F(AsyncServerTest, AnEchoIsNotOverwrittenByTheNextRequest) {
  on_request_ = [](absl::string_view request, Responder responder) {
    EXPECT_TRUE(responder.Respond(request.substr(1)).ok());
  };
  Start();
  constexpr size_t kSize = size_t{512} << 10;
  const std::string requests =
      absl::StrCat(ScriptedPeer::Frame(1, std::string(kSize, 'a')),
                   ScriptedPeer::Frame(2, std::string(kSize, 'b')));
  size_t sent = 0;
  ASSERT_TRUE(loop_.RunUntil([&] {
    sent += parent_->Send(absl::string_view(requests).substr(sent));
    return sent == requests.size();
  }));
  ASSERT_TRUE(loop_.RunUntil([this] { return requests_ == 2; }));
  ASSERT_TRUE(ParentGets(2));
  EXPECT_EQ(parent_->frames()[0].payload, std::string(kSize - 1, 'a'));
  EXPECT_EQ(parent_->frames()[1].payload, std::string(kSize - 1, 'b'));
}

TEST_F(AsyncServerTest, MaxInFlightHoldsTheParentBack) {
  options_.connection.max_in_flight = 2;
  Start();
  std::string requests;
  for (int i = 1; i <= 200; ++i) {
    requests += ScriptedPeer::Frame(i, std::string(20000, 'x'));
  }
  size_t sent = 0;
  const auto send = [&] {
    sent += parent_->Send(absl::string_view(requests).substr(sent));
  };
  for (int i = 0; i < 20; ++i) {
    send();
    loop_.RunForAWhile();
  }
  EXPECT_EQ(requests_, 2);
  EXPECT_LT(sent, requests.size() / 2) << "it goes on reading";
  ASSERT_TRUE(loop_.RunUntil([&] {
    send();
    if (!held_.empty()) RespondToFirst("").IgnoreError();
    EXPECT_LE(server_->in_flight(), 2);
    return parent_->Receive().size() == 200;
  }));
  EXPECT_EQ(requests_, 200);
}

// A parent that asks and does not read costs a bounded amount of memory.
TEST_F(AsyncServerTest, AParentThatDoesNotReadGetsNoMoreWorkDone) {
  options_.connection.high_water = 100000;
  constexpr size_t kResponse = 10000;
  on_request_ = [&](absl::string_view, Responder responder) {
    EXPECT_TRUE(responder.Respond(std::string(kResponse, 'x')).ok());
  };
  Start();
  std::string requests;
  for (int i = 1; i <= 1000; ++i) requests += ScriptedPeer::Frame(i, "");
  ASSERT_EQ(parent_->Send(requests), requests.size());
  size_t most = 0;
  const auto look = [&] { most = std::max(most, server_->unsent()); };
  for (int i = 0; i < 10; ++i) {
    loop_.RunForAWhile();
    look();
  }
  EXPECT_LT(requests_, 200) << "10 MB were made for nobody";
  EXPECT_LE(most, 100000 + kResponse + 8);
  ASSERT_TRUE(loop_.RunUntil([&] {
    look();
    return parent_->Receive(30000).size() == 1000;
  }));
  EXPECT_LE(most, 100000 + kResponse + 8);
}

TEST_F(AsyncServerTest, DrainsWhenTheParentHalfCloses) {
  Start();
  Ask(1, "a");
  Ask(2, "b");
  HalfClose();
  ASSERT_TRUE(Asked(2));
  EXPECT_TRUE(RespondToFirst("A").ok());
  ASSERT_TRUE(ParentGets(1));
  // Long enough for a look at whether the parent is still there: it is.
  loop_.RunUntil([] { return false; }, absl::Milliseconds(400));
  EXPECT_FALSE(end_.has_value());
  EXPECT_FALSE(parent_->at_end());
  // The last octet is written before the end is said.
  const std::string much(size_t{8} << 20, 'x');
  EXPECT_TRUE(RespondToFirst(much).ok());
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value());
  ASSERT_TRUE(ParentSeesTheEnd());
  ASSERT_EQ(parent_->frames().size(), 2);
  EXPECT_EQ(parent_->frames()[1].payload, much);
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_FALSE(server_->peer_broke_protocol());
}

TEST_F(AsyncServerTest, AnIdleServerEndsWithTheHalfClose) {
  Start();
  HalfClose();
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_TRUE(ParentSeesTheEnd());
}

struct Breach {
  const char* name;
  std::string octets;
  absl::StatusCode code;
};

class AsyncServerBreachTest : public AsyncServerFixture,
                              public testing::WithParamInterface<Breach> {};

INSTANTIATE_TEST_SUITE_P(
    Breaches, AsyncServerBreachTest,
    testing::Values(Breach{"IdZero", ScriptedPeer::Frame(0, "x"),
                           absl::StatusCode::kDataLoss},
                    Breach{"IdInFlight", ScriptedPeer::Frame(1, "x"),
                           absl::StatusCode::kDataLoss},
                    Breach{"OverLimit",
                           std::string("\0\0\0\2\xff\xff\xff\xff", 8),
                           absl::StatusCode::kResourceExhausted}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(AsyncServerBreachTest, EndsTheServiceOnce) {
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  parent_->Send(GetParam().octets);
  ASSERT_TRUE(Ended());
  EXPECT_EQ(end_->code(), GetParam().code) << *end_;
  EXPECT_TRUE(server_->peer_broke_protocol());
  EXPECT_FALSE(RespondToFirst("late").ok());
}

TEST_F(AsyncServerTest, WhatWasAnsweredBeforeABreachGoesOut) {
  on_request_ = [](absl::string_view, Responder responder) {
    EXPECT_TRUE(responder.Respond("A").ok());
  };
  Start();
  const std::string octets =
      ScriptedPeer::Frame(1, "a") + ScriptedPeer::Frame(0, "x");
  ASSERT_EQ(parent_->Send(octets), octets.size());
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsDataLoss(*end_)) << *end_;
  ASSERT_EQ(parent_->Receive().size(), 1);
  EXPECT_EQ(parent_->frames()[0].payload, "A");
}

// More than the kernel takes at once.
TEST_F(AsyncServerTest, WhatWasAnsweredBeforeABreachGoesOutToASlowParent) {
  const std::string large(4 << 20, 'A');
  on_request_ = [&](absl::string_view, Responder responder) {
    EXPECT_TRUE(responder.Respond(large).ok());
  };
  Start();
  const std::string octets =
      ScriptedPeer::Frame(1, "a") + ScriptedPeer::Frame(0, "x");
  ASSERT_EQ(parent_->Send(octets), octets.size());
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value());
  ASSERT_TRUE(ParentGets(1));
  EXPECT_TRUE(parent_->frames()[0].payload == large);
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsDataLoss(*end_)) << *end_;
  EXPECT_TRUE(server_->peer_broke_protocol());
}

TEST_F(AsyncServerTest, AnEndInsideAFrameIsSaidWhenTheRestIsAnswered) {
  Start();
  Ask(1, "a");
  parent_->Send(absl::string_view("\0\0\0", 3));
  HalfClose();
  ASSERT_TRUE(Asked(1));
  EXPECT_TRUE(RespondToFirst("A").ok());
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsDataLoss(*end_)) << *end_;
  EXPECT_EQ(parent_->Receive().size(), 1);
}

// What the server was doing when its parent vanished.
enum State {
  kIdle,
  kHolding,          // a function is at work
  kHeldBack,         // as many as may be, and more is asked for
  kBlocked,          // in writing, below the high water mark
  kBlockedHeldBack,  // and above it
  kDraining,         // the parent has half-closed, and waits
  kFailing,          // what was made before a function failed is not taken
};

std::string StateName(const std::tuple<State, WireKind>& parameter) {
  constexpr const char* kStates[] = {"Idle",    "Holding",         "HeldBack",
                                     "Blocked", "BlockedHeldBack", "Draining",
                                     "Failing"};
  constexpr const char* kWires[] = {"Socket", "OurPipes", "InheritedPipes",
                                    "TwoSockets"};
  return absl::StrCat(kStates[std::get<0>(parameter)], "_",
                      kWires[static_cast<int>(std::get<1>(parameter))]);
}

class ParentGoneTest
    : public AsyncServerFixture,
      public testing::WithParamInterface<std::tuple<State, WireKind>> {};

INSTANTIATE_TEST_SUITE_P(
    States, ParentGoneTest,
    testing::Combine(testing::Values(kIdle, kHolding, kHeldBack, kBlocked,
                                     kBlockedHeldBack, kDraining, kFailing),
                     testing::ValuesIn(kAllWireKinds)),
    [](const auto& info) { return StateName(info.param); });

TEST_P(ParentGoneTest, TheServiceEndsWithinASecond) {
  const auto [state, kind] = GetParam();
  options_.connection.max_in_flight = 2;
  Start(kind);
  const bool blocked =
      state == kBlocked || state == kBlockedHeldBack || state == kFailing;
  if (state != kIdle) Ask(1, "a");
  if (state == kHeldBack) {
    Ask(2, "b");
    Ask(3, "c");
  }
  ASSERT_TRUE(Asked(state == kIdle ? 0 : state == kHeldBack ? 2 : 1));
  if (blocked) {
    // Four times what the kernel takes at most.
    const size_t size = state == kBlocked ? 900000 : 2000000;
    EXPECT_TRUE(server_->SendEvent(std::string(size, 'x')).ok());
  }
  if (state == kFailing)
    held_[0].responder.EndWorker(absl::InternalError("why"));
  if (state == kDraining) HalfClose();
  loop_.RunForAWhile();
  ASSERT_EQ(server_->unsent() > 0, blocked);
  ASSERT_FALSE(end_.has_value());
  const MonotonicTime gone = MonotonicNow();
  Vanish();
  ASSERT_TRUE(Ended());
  EXPECT_LE(MonotonicNow() - gone, absl::Seconds(1));
  EXPECT_EQ(end_->ok(), state == kIdle) << *end_;
}

TEST_F(AsyncServerTest, WhatCannotBeWatchedCannotBeServed) {
  wire_ = TestWire::Make(WireKind::kOurPipes);
  ASSERT_TRUE(wire_.transport->ShutdownWrite().ok());
  const auto server = AsyncServer::Start(
      wire_.transport.get(), [](absl::string_view, Responder) {}, options_,
      loop_.get());
  EXPECT_TRUE(absl::IsFailedPrecondition(server.status())) << server.status();
}

TEST_F(AsyncServerTest, OptionsOfNoSenseDoNotStart) {
  wire_ = TestWire::Make(WireKind::kSocket);
  options_.connection.receive_buffer_octets = 0;
  const auto server = AsyncServer::Start(
      wire_.transport.get(), [](absl::string_view, Responder) {}, options_,
      loop_.get());
  EXPECT_TRUE(absl::IsFailedPrecondition(server.status())) << server.status();
}

}  // namespace
}  // namespace forkrpc
