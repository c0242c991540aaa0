// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A Worker against a peer that does what it is told. With real processes:
// worker_exit_test.cc; calls from inside callbacks: worker_reentrancy_test.cc.

#include "forkrpc/client/worker.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker_test_util.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/testing/scripted_peer.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class WorkerTest : public WorkerFixture {};

TEST_F(WorkerTest, CallsAreAnsweredInAnyOrderAndEventsStayInTheirs) {
  ConnectToPeer();
  EXPECT_EQ(Call("a"), 1);
  EXPECT_EQ(Call("b"), 2);
  EXPECT_EQ(worker_->in_flight(), 2);
  ASSERT_TRUE(PeerGets(2));
  EXPECT_EQ(peer_->frames()[0].payload, "a");
  EXPECT_EQ(peer_->frames()[1].id, 2);
  Answer(0, "one");
  Answer(2, "B");
  Answer(0, "two");
  Answer(1, "A");
  ASSERT_TRUE(LoggedTo("a=A"));
  EXPECT_EQ(log_, (Lines{"event one", "b=B", "event two", "a=A"}));
  EXPECT_EQ(worker_->in_flight(), 0);
  EXPECT_EQ(worker_->pid(), 0);
}

TEST_F(WorkerTest, TheSyncForm) {
  options_.connection.form = Form::kSync;
  ConnectToPeer();
  Call("a");
  Call("b");
  ASSERT_TRUE(PeerGets(2));
  EXPECT_EQ(peer_->frames()[1].payload, "b");
  Answer(1, "A");
  Answer(0, "news");
  Answer(1, "B");
  ASSERT_TRUE(LoggedTo("b=B"));
  EXPECT_EQ(log_, (Lines{"a=A", "event news", "b=B"}));
}

TEST_F(WorkerTest, APayloadIsNotNeededAfterTheCall) {
  ConnectToPeer();
  std::string want;
  for (const char c : {'a', 'b', 'c'}) {
    auto payload = std::make_unique<std::string>(size_t{1} << 20, c);
    worker_->Call(*payload, Callback("x"));
    want += *payload;
    payload->assign(payload->size(), '?');
  }
  ASSERT_TRUE(PeerGets(3));
  EXPECT_EQ(peer_->frames()[0].payload + peer_->frames()[1].payload +
                peer_->frames()[2].payload,
            want);
}

TEST_F(WorkerTest, ADeadlineEndsTheCallAndItsIdStaysTaken) {
  options_.connection.max_in_flight = 2;
  ConnectToPeer();
  const MonotonicTime deadline = MonotonicNow() + absl::Milliseconds(20);
  Call("late", deadline);
  Call("patient", MonotonicNow() + absl::Hours(1));
  ASSERT_TRUE(LoggedTo("late!DEADLINE_EXCEEDED"));
  EXPECT_GE(MonotonicNow(), deadline);
  EXPECT_EQ(worker_->in_flight(), 2);
  EXPECT_FALSE(worker_->can_call());
  Answer(1, "too late");
  Answer(2, "answer");
  ASSERT_TRUE(LoggedTo("patient=answer"));
  EXPECT_EQ(log_.size(), 2) << "the late response was not dropped";
  EXPECT_EQ(worker_->in_flight(), 0);
  EXPECT_EQ(Call("next"), 3);
}

TEST_F(WorkerTest, DeadlinesComeInTheirOrderNotInThatOfTheCalls) {
  ConnectToPeer();
  const MonotonicTime now = MonotonicNow();
  Call("third", now + absl::Milliseconds(60));
  Call("first", now - absl::Seconds(1));
  Call("second", now + absl::Milliseconds(30));
  ASSERT_TRUE(LoggedTo("third!DEADLINE_EXCEEDED"));
  EXPECT_EQ(log_, (Lines{"first!DEADLINE_EXCEEDED", "second!DEADLINE_EXCEEDED",
                         "third!DEADLINE_EXCEEDED"}));
}

TEST_F(WorkerTest, ACancelledCallEndsOnceAndItsResponseIsDropped) {
  ConnectToPeer();
  const CallId call = Call("a");
  Call("b");
  ASSERT_TRUE(PeerGets(2));
  EXPECT_TRUE(Cancel(call).ok());
  EXPECT_TRUE(absl::IsNotFound(Cancel(call)));
  EXPECT_TRUE(absl::IsNotFound(Cancel(77)));
  EXPECT_TRUE(absl::IsNotFound(Cancel(0)));
  ASSERT_TRUE(LoggedTo("a!CANCELLED"));
  EXPECT_EQ(worker_->in_flight(), 2) << "the worker still executes it";
  Answer(1, "dropped");
  Answer(2, "B");
  ASSERT_TRUE(LoggedTo("b=B"));
  EXPECT_EQ(log_, (Lines{"a!CANCELLED", "b=B"}));
}

TEST_F(WorkerTest, ACallWhoseTimeHasPassedIsNotSent) {
  ConnectToPeer();
  CallOptions past;
  past.deadline = MonotonicTime::InfinitePast();
  CallOptions none;
  none.timeout = absl::ZeroDuration();
  for (const CallOptions& options : {past, none}) {
    EXPECT_EQ(Quietly([&] {
                return worker_->Call("expired", options, Callback("expired"));
              }),
              0);
  }
  EXPECT_EQ(Call("next"), 1);
  ASSERT_TRUE(PeerGets(1));
  EXPECT_EQ(peer_->frames()[0].payload, "next");
  EXPECT_EQ(Count("expired!DEADLINE_EXCEEDED"), 2);
  Answer(1, "answer");
  ASSERT_TRUE(LoggedTo("next=answer"));
}

TEST_F(WorkerTest, TheEarlierOfTimeoutAndDeadlineCounts) {
  ConnectToPeer();
  const MonotonicTime start = MonotonicNow();
  CallOptions options;
  options.timeout = absl::Milliseconds(20);
  options.deadline = start + absl::Hours(1);
  worker_->Call("a", options, Callback("a"));
  options.timeout = absl::Hours(1);
  options.deadline = start + absl::Milliseconds(40);
  worker_->Call("b", options, Callback("b"));
  ASSERT_TRUE(LoggedTo("b!DEADLINE_EXCEEDED"));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(40));
  EXPECT_EQ(log_, (Lines{"a!DEADLINE_EXCEEDED", "b!DEADLINE_EXCEEDED"}));
}

TEST_F(WorkerTest, APauseHoldsBackWhatComes) {
  ConnectToPeer();
  Call("a");
  const CallId b = Call("b");
  // What has expired before the loop writes is not sent.
  Call("c", MonotonicNow() + absl::Milliseconds(300));
  SetPaused(true);
  ASSERT_TRUE(PeerGets(3)) << "calls are still sent";
  Answer(0, "news");
  Answer(1, "A");
  ASSERT_TRUE(LoggedTo("c!DEADLINE_EXCEEDED"));
  EXPECT_TRUE(Cancel(b).ok());
  ASSERT_TRUE(LoggedTo("b!CANCELLED"));
  loop_.RunForAWhile();
  EXPECT_EQ(log_.size(), 2);
  SetPaused(false);
  ASSERT_TRUE(LoggedTo("a=A"));
  EXPECT_EQ(log_[2], "event news");
}

TEST_F(WorkerTest, APauseInsideACallbackHoldsBackTheNextOne) {
  ConnectToPeer();
  on_log_ = [this](const std::string& line) {
    if (line == "event one") SetPaused(true);
  };
  Answer(0, "one");
  Answer(0, "two");
  ASSERT_TRUE(LoggedTo("event one"));
  loop_.RunForAWhile();
  EXPECT_EQ(log_.size(), 1);
  SetPaused(false);
  ASSERT_TRUE(LoggedTo("event two"));
}

TEST_F(WorkerTest, DrainsAndSaysSoBeforeItIsDestroyed) {
  ConnectToPeer();
  Call("a");
  Drain();
  EXPECT_EQ(Call("b"), 0);
  ASSERT_TRUE(LoggedTo("b!FAILED_PRECONDITION"));
  ASSERT_TRUE(PeerSeesTheEnd());
  EXPECT_EQ(peer_->frames().size(), 1);
  Answer(1, "A");
  ASSERT_TRUE(LoggedTo("a=A"));
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_,
            (Lines{"b!FAILED_PRECONDITION", "a=A", "drained OK", "destroyed"}));
}

TEST_F(WorkerTest, DroppingTheHandleDrains) {
  ConnectToPeer();
  Call("a");
  Drop();
  ASSERT_TRUE(PeerSeesTheEnd());
  EXPECT_EQ(peer_->frames().size(), 1);
  Answer(0, "news");
  Answer(1, "A");
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"event news", "a=A", "destroyed"}));
}

TEST_F(WorkerTest, DroppingAPausedHandleDrains) {
  ConnectToPeer();
  Call("a");
  SetPaused(true);
  Drop();
  ASSERT_TRUE(PeerSeesTheEnd());
  Answer(1, "A");
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"a=A", "destroyed"}));
}

TEST_F(WorkerTest, TheShortestGraceOfADrainCounts) {
  ConnectToPeer();
  Call("a");
  Drain(absl::Milliseconds(10));
  Drain(absl::Hours(1));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"a!DEADLINE_EXCEEDED", "worker error",
                         "drained DEADLINE_EXCEEDED",
                         "drained DEADLINE_EXCEEDED", "destroyed"}));
  EXPECT_TRUE(absl::StrContains(drained_->message(), "within 10ms"))
      << *drained_;
}

TEST_F(WorkerTest, TerminatedWithoutAProcessItFailsWhatIsInFlight) {
  ConnectToPeer();
  Call("a");
  Terminate(absl::Hours(1));
  Terminate(absl::ZeroDuration());
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"a!CANCELLED", "destroyed"}));
  late_is_legal_ = true;
  EXPECT_EQ(Call("late"), 0);
  ASSERT_TRUE(LoggedTo("late!CANCELLED"));
  Drain();
  ASSERT_TRUE(LoggedTo("drained CANCELLED"));
}

struct Breach {
  const char* name;
  std::string octets;
  absl::StatusCode code;
  bool then_eof;
};

class WorkerBreachTest : public WorkerFixture,
                         public testing::WithParamInterface<Breach> {};

INSTANTIATE_TEST_SUITE_P(
    Breaches, WorkerBreachTest,
    testing::Values(Breach{"UnknownId", ScriptedPeer::Frame(9, "x"),
                           absl::StatusCode::kDataLoss, false},
                    Breach{"OverLimit",
                           std::string("\0\0\0\1\xff\xff\xff\xff", 8),
                           absl::StatusCode::kResourceExhausted, false},
                    Breach{"EndInAHeader", std::string("\0\0\0", 3),
                           absl::StatusCode::kDataLoss, true},
                    Breach{"EndInAPayload",
                           std::string("\0\0\0\1\0\0\0\5hell", 12),
                           absl::StatusCode::kDataLoss, true},
                    Breach{"EndWithCallsInFlight", "",
                           absl::StatusCode::kUnavailable, true}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(WorkerBreachTest, FailsTheCallsThenSaysSoOnce) {
  ConnectToPeer();
  Call("a");
  worker_->Call("without callback", nullptr);
  Call("b");
  ASSERT_TRUE(PeerGets(3));
  Answer(0, "before");
  peer_->Send(GetParam().octets);
  if (GetParam().then_eof) wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  const std::string code = absl::StatusCodeToString(GetParam().code);
  EXPECT_EQ(log_,
            (Lines{"event before", absl::StrCat("a!", code), "call error",
                   absl::StrCat("b!", code), "worker error", "destroyed"}));
  ASSERT_EQ(errors_.size(), 2);
  EXPECT_EQ(errors_[0].scope, WorkerError::kCall);
  EXPECT_EQ(errors_[1].scope, WorkerError::kWorker);
  EXPECT_EQ(errors_[0].call, 2);
  for (const WorkerError& error : errors_) {
    EXPECT_EQ(error.status.code(), GetParam().code) << error.status;
    EXPECT_EQ(error.pid, 0);
    EXPECT_FALSE(error.exit_status.has_value());
  }
  ASSERT_TRUE(PeerSeesTheEnd()) << "the wire is not closed";
}

TEST_F(WorkerTest, AnEndWithoutCallsIsAnErrorToo) {
  ConnectToPeer();
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"worker error", "destroyed"}));
  EXPECT_TRUE(absl::IsUnavailable(errors_[0].status)) << errors_[0].status;
}

TEST_F(WorkerTest, ACallWithoutCallbackDropsItsResponse) {
  ConnectToPeer();
  worker_->Call("a", nullptr);
  worker_->Call(std::string(size_t{17} << 20, 'x'), nullptr);
  ASSERT_TRUE(LoggedTo("call error"));
  EXPECT_TRUE(absl::IsResourceExhausted(errors_[0].status));
  EXPECT_EQ(errors_[0].call, 0) << "it has no id";
  Answer(1, "dropped");
  Answer(0, "news");
  ASSERT_TRUE(LoggedTo("event news"));
  EXPECT_EQ(log_.size(), 2);
}

TEST_F(WorkerTest, WithoutOnErrorItIsAnEvent) {
  std::vector<std::string> items;
  options_.on_error = nullptr;
  options_.on_event = [&](absl::string_view event) {
    EXPECT_TRUE(DecodeStringPack(event, &items).ok());
    Log("event");
  };
  ConnectToPeer();
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"event", "destroyed"}));
  ASSERT_EQ(items.size(), 2);
  EXPECT_EQ(items[0], "error");
  EXPECT_TRUE(absl::StrContains(items[1], "ended the stream")) << items[1];
}

TEST_F(WorkerTest, WithoutOnErrorAndOnEventItIsALineOnStderr) {
  options_.on_error = nullptr;
  options_.on_event = nullptr;
  ConnectToPeer();
  Answer(0, "nobody");
  Answer(0, "cares");
  ASSERT_TRUE(loop_.RunUntil([&] { return worker_->dropped_events() == 2; }));
  wire_.CloseFromPeer();
  testing::internal::CaptureStderr();
  ASSERT_TRUE(RunToTheEnd());
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(absl::StartsWith(text, "forkrpc: the child ended the stream"))
      << text;
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
}

// Whoever stops the loop in on_destroy has heard of everything by then.
TEST_F(WorkerTest, WhatIsAskedForInTheLastCallbacksEndsBeforeOnDestroy) {
  ConnectToPeer();
  on_log_ = [this](const std::string& line) {
    if (line == "a!UNAVAILABLE") Call("again");
    if (line == "worker error") Drain();
    if (line == "drained UNAVAILABLE" && Count(line) == 1) Drain();
  };
  Call("a");
  ASSERT_TRUE(PeerGets(1));
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_,
            (Lines{"a!UNAVAILABLE", "worker error", "again!UNAVAILABLE",
                   "drained UNAVAILABLE", "drained UNAVAILABLE", "destroyed"}));
}

TEST_F(WorkerTest, NothingIsKeptAfterTheEnd) {
  auto held = std::make_shared<int>(7);
  options_.on_low_water = [held] {};
  ConnectToPeer();
  options_.on_low_water = nullptr;
  worker_->Call("a", [held](absl::StatusOr<absl::string_view>) {});
  EXPECT_EQ(held.use_count(), 3);
  Drop();
  wire_.CloseFromPeer();
  ASSERT_TRUE(RunToTheEnd());
  loop_.RunForAWhile();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(WorkerTest, ARefusedCallEndsBeforeOnDestroy) {
  ConnectToPeer();
  wire_.CloseFromPeer();
  on_log_ = [this](const std::string& line) {
    if (line == "worker error") Call("refused");
  };
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"worker error", "refused!UNAVAILABLE", "destroyed"}));
}

}  // namespace
}  // namespace forkrpc
