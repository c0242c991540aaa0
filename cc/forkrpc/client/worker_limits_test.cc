// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How much a Worker takes, sends at once and holds back.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/client/worker_test_util.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/transport/sys_calls.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class WorkerLimitsTest : public WorkerFixture {};

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

TEST_F(WorkerLimitsTest, ManyCallsOfOneTurnAreFewSystemCalls) {
  constexpr int kCalls = 10000;
  ConnectToPeer(&kCounting);
  writes = 0;
  int responses = 0;
  for (int i = 0; i < kCalls; ++i) {
    worker_->Call("0123456789abcdef",
                  [&](absl::StatusOr<absl::string_view> response) {
                    responses += response.ok();
                  });
  }
  EXPECT_EQ(writes, 0) << "written before the turn";
  ASSERT_TRUE(PeerGets(kCalls));
  // 240,000 octets: about twice what a socket holds, and EAGAIN each time.
  EXPECT_LE(writes, 12);
  RecordProperty("system_calls", writes);
  std::string answers;
  for (int i = 1; i <= kCalls; ++i) answers += ScriptedPeer::Frame(i, "");
  size_t sent = 0;
  ASSERT_TRUE(loop_.RunUntil([&] {
    sent += peer_->Send(absl::string_view(answers).substr(sent));
    return responses == kCalls;
  }));
}

TEST_F(WorkerLimitsTest, RefusesMoreCallsThanMayBeInFlight) {
  options_.connection.max_in_flight = 2;
  ConnectToPeer();
  Call("a");
  EXPECT_TRUE(worker_->can_call());
  Call("b");
  EXPECT_FALSE(worker_->can_call());
  EXPECT_EQ(Call("c"), 0);
  ASSERT_TRUE(LoggedTo("c!RESOURCE_EXHAUSTED"));
  Answer(1, "A");
  ASSERT_TRUE(LoggedTo("a=A"));
  EXPECT_EQ(Call("d"), 3);
  ASSERT_TRUE(PeerGets(3));
  EXPECT_EQ(log_, (Lines{"c!RESOURCE_EXHAUSTED", "a=A"}));
}

TEST_F(WorkerLimitsTest, RefusesMoreOctetsThanMayBeUnsent) {
  options_.connection.max_unsent = size_t{1} << 20;
  options_.connection.limits.max_payload = size_t{2} << 20;
  ConnectToPeer();
  const std::string much((size_t{1} << 20) + 300000, 'x');
  EXPECT_NE(Call(much), 0) << "one call is always taken";
  loop_.RunForAWhile();
  EXPECT_EQ(Call(std::string(500000, 'y')), 0);
  ASSERT_TRUE(
      LoggedTo(absl::StrCat(std::string(20, 'y'), "!RESOURCE_EXHAUSTED")));
  EXPECT_EQ(Call(std::string((size_t{2} << 20) + 1, 'z')), 0);
  ASSERT_TRUE(
      LoggedTo(absl::StrCat(std::string(20, 'z'), "!RESOURCE_EXHAUSTED")));
  ASSERT_TRUE(PeerGets(1));
  EXPECT_EQ(peer_->frames()[0].payload.size(), much.size());
}

TEST_F(WorkerLimitsTest, SaysOnceThatThereIsRoomAgain) {
  constexpr size_t kOctets = 300000;
  options_.connection.max_unsent = size_t{1} << 20;
  options_.on_room = [this] {
    EXPECT_TRUE(worker_->can_call(kOctets));
    Log("room");
    NamedCall("last", std::string(kOctets, 'l'));
  };
  ConnectToPeer();
  size_t taken = 0;
  while (worker_->can_call(kOctets)) {
    NamedCall("x", std::string(kOctets, 'x'));
    ++taken;
  }
  EXPECT_TRUE(worker_->can_call()) << "a small one would be taken";
  for (const size_t more : {kOctets + 100, kOctets, kOctets + 1}) {
    EXPECT_EQ(NamedCall("refused", std::string(more, 'r')), 0);
  }
  ASSERT_TRUE(LoggedTo("refused!RESOURCE_EXHAUSTED"));
  loop_.RunForAWhile();
  EXPECT_EQ(Count("room"), 0);
  ASSERT_TRUE(PeerGets(taken + 1));
  loop_.RunForAWhile();
  EXPECT_EQ(Count("refused!RESOURCE_EXHAUSTED"), 3);
  EXPECT_EQ(Count("room"), 1);
}

TEST_F(WorkerLimitsTest, HighAndLowWater) {
  options_.high_water = 500000;
  options_.low_water = 100000;
  ConnectToPeer();
  EXPECT_FALSE(worker_->above_high_water());
  for (int i = 0; i < 20; ++i) Call(std::string(100000, 'x'));
  loop_.RunForAWhile();
  EXPECT_TRUE(worker_->above_high_water());
  EXPECT_EQ(Count("low water"), 0);
  // A pause holds back what comes, not what goes.
  SetPaused(true);
  ASSERT_TRUE(PeerGets(20));
  ASSERT_TRUE(LoggedTo("low water"));
  EXPECT_FALSE(worker_->above_high_water());
  loop_.RunForAWhile();
  EXPECT_EQ(Count("low water"), 1);
}

TEST_F(WorkerLimitsTest, AFullStreamHoldsThePeerBackWhilePaused) {
  ConnectToPeer();
  SetPaused(true);
  const std::string event = ScriptedPeer::Frame(0, std::string(10000, 'x'));
  std::string events;
  for (int i = 0; i < 1000; ++i) events += event;
  size_t sent = 0;
  for (int i = 0; i < 10; ++i) {
    sent += peer_->Send(absl::string_view(events).substr(sent));
    loop_.RunForAWhile();
  }
  EXPECT_LT(sent, events.size() / 2);
  SetPaused(false);
  ASSERT_TRUE(loop_.RunUntil([&] {
    sent += peer_->Send(absl::string_view(events).substr(sent));
    return log_.size() == 1000;
  }));
}

// Before a process is started.
TEST_F(WorkerLimitsTest, OptionsOfNoSenseStartNothing) {
  SpawnOptions program;
  program.argv = {"/no/such/program"};
  WorkerOptions options;
  options.connection.receive_buffer_octets = 0;
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Worker::Spawn(program, options, loop_.get()).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Worker::Connect(nullptr, options, loop_.get()).status()));
}

}  // namespace
}  // namespace forkrpc
