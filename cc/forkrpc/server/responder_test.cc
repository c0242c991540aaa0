// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/responder.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/async_server_test_util.h"
#include "forkrpc/testing/scripted_peer.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using ResponderTest = AsyncServerFixture;

TEST_F(ResponderTest, AnswersOnce) {
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  EXPECT_TRUE(held_[0].responder.Respond("A").ok());
  const absl::Status again = held_[0].responder.Respond("B");
  EXPECT_TRUE(absl::IsFailedPrecondition(again)) << again;
  held_[0].responder.EndWorker(absl::InternalError("too late"));
  held_.clear();
  ASSERT_TRUE(ParentGets(1));
  loop_.RunForAWhile();
  EXPECT_EQ(parent_->Receive().size(), 1);
  EXPECT_FALSE(end_.has_value());
  EXPECT_TRUE(log_.empty());
}

TEST_F(ResponderTest, APayloadThatIsTooLongMayBeReplaced) {
  options_.connection.limits.max_payload = 10;
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  const absl::Status refused = held_[0].responder.Respond("eleven octs");
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_TRUE(held_[0].responder.Respond("short").ok());
  ASSERT_TRUE(ParentGets(1));
  EXPECT_EQ(parent_->frames()[0].payload, "short");
}

TEST_F(ResponderTest, MovesWithItsCall) {
  Start();
  Ask(1, "a");
  Ask(2, "b");
  ASSERT_TRUE(Asked(2));
  {
    Responder first = std::move(held_[0].responder);
    EXPECT_FALSE(held_[0].responder.Respond("moved from").ok());
    first = std::move(held_[1].responder);
    EXPECT_EQ(first.call(), 2);
    EXPECT_TRUE(first.Respond("B").ok());
  }
  ASSERT_TRUE(ParentGets(1));
  EXPECT_EQ(parent_->frames()[0].id, 2);
  held_.clear();
  EXPECT_EQ(log_.size(), 1) << "call 1 is not said to be dropped once";
}

// The parent learns of it when it drains, by the worker's end.
TEST_F(ResponderTest, ADroppedOneIsLoggedAndEndsTheDrain) {
  Start();
  Ask(1, "a");
  Ask(2, "b");
  ASSERT_TRUE(Asked(2));
  held_.pop_front();
  ASSERT_EQ(log_.size(), 1);
  EXPECT_TRUE(absl::StrContains(log_[0], "call 1 is never answered"))
      << log_[0];
  HalfClose();
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value()) << "call 2 may still be answered";
  EXPECT_TRUE(RespondToFirst("B").ok());
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsFailedPrecondition(*end_)) << *end_;
  EXPECT_TRUE(absl::StrContains(end_->message(), "1 call")) << *end_;
  ASSERT_EQ(parent_->Receive().size(), 1);
  EXPECT_EQ(parent_->frames()[0].payload, "B");
}

TEST_F(ResponderTest, EndWorkerEndsTheServiceBehindWhatWasAnswered) {
  Start();
  Ask(1, "a");
  Ask(2, "b");
  ASSERT_TRUE(Asked(2));
  const std::string much(size_t{4} << 20, 'x');
  EXPECT_TRUE(RespondToFirst(much).ok());
  held_[0].responder.EndWorker(absl::NotFoundError("no such table"));
  Ask(3, "not served");
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value()) << "the answer is not written yet";
  ASSERT_TRUE(ParentGets(1));
  EXPECT_EQ(parent_->frames()[0].payload, much);
  ASSERT_TRUE(Ended());
  EXPECT_EQ(*end_, absl::NotFoundError("no such table"));
  EXPECT_EQ(requests_, 2);
  EXPECT_FALSE(server_->peer_broke_protocol());
}

TEST_F(ResponderTest, EndWorkerLetsCallsInProgressComplete) {
  Start();
  for (int i = 1; i <= 4; ++i) Ask(i, "a");
  ASSERT_TRUE(Asked(4));
  held_[0].responder.EndWorker(absl::NotFoundError("no such table"));
  held_.pop_front();
  Ask(5, "not served");
  HalfClose();
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value());
  EXPECT_EQ(requests_, 4);
  EXPECT_TRUE(held_[0].responder.SendEvent("progress").ok());
  EXPECT_TRUE(RespondToFirst("B").ok());
  ASSERT_TRUE(ParentGets(2));
  EXPECT_FALSE(end_.has_value());
  held_[0].responder.EndWorker(absl::InternalError("the second is not heard"));
  held_.pop_front();
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value());
  held_.clear();  // dropped: that is how the last one ends
  ASSERT_TRUE(Ended());
  EXPECT_EQ(*end_, absl::NotFoundError("no such table"));
  ASSERT_EQ(parent_->Receive().size(), 2);
  EXPECT_EQ(parent_->frames()[1].id, 2);
  EXPECT_TRUE(log_.empty()) << log_[0];
}

TEST_F(ResponderTest, EndWorkerWaitsForCallsOnlySoLong) {
  options_.end_grace = absl::Milliseconds(50);
  Start();
  Ask(1, "a");
  Ask(2, "b");
  ASSERT_TRUE(Asked(2));
  held_[0].responder.EndWorker(absl::NotFoundError("no such table"));
  const MonotonicTime from = MonotonicNow();
  ASSERT_TRUE(Ended());
  EXPECT_GE(MonotonicNow() - from, absl::Milliseconds(50));
  EXPECT_EQ(*end_, absl::NotFoundError("no such table"));
  EXPECT_FALSE(held_[1].responder.Respond("late").ok());
}

// A parent that goes on reading gets all; one that does not read is given up.
TEST_F(ResponderTest, EndWorkerWritesForAsLongAsTheParentReads) {
  options_.flush_grace = absl::Milliseconds(100);
  Start();
  Ask(1, "a");
  Ask(2, "b");
  ASSERT_TRUE(Asked(2));
  const std::string much(size_t{8} << 20, 'x');
  EXPECT_TRUE(RespondToFirst(much).ok());
  held_[0].responder.EndWorker(absl::NotFoundError("no such table"));
  const MonotonicTime from = MonotonicNow();
  while (!end_.has_value() && MonotonicNow() - from < absl::Milliseconds(400)) {
    parent_->Receive(size_t{64} << 10);
    loop_.RunForAWhile();
  }
  EXPECT_FALSE(end_.has_value()) << "a parent that reads was given up";
  ASSERT_TRUE(Ended());
  EXPECT_EQ(*end_, absl::NotFoundError("no such table"));
  EXPECT_TRUE(parent_->Receive().empty()) << "all was taken by nobody";
}

TEST_F(ResponderTest, TheServerMayEndTheWorkerToo) {
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  server_->EndWorker(absl::AbortedError("enough"));
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value());
  EXPECT_TRUE(RespondToFirst("A").ok());
  ASSERT_TRUE(Ended());
  EXPECT_EQ(*end_, absl::AbortedError("enough"));
  EXPECT_EQ(parent_->Receive().size(), 1);
}

TEST_F(ResponderTest, EndWorkerWithoutAReasonIsAFailureToo) {
  Start();
  Ask(1, "a");
  Ask(2, "b");
  ASSERT_TRUE(Asked(2));
  held_[0].responder.EndWorker(absl::OkStatus());
  held_[1].responder.EndWorker(absl::InternalError("the second is not heard"));
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsUnknown(*end_)) << *end_;
}

TEST_F(ResponderTest, MayOutliveTheServer) {
  Start();
  Ask(1, "a");
  Ask(2, "b");
  Ask(3, "c");
  ASSERT_TRUE(Asked(3));
  server_ = nullptr;
  wire_.transport = nullptr;
  const absl::Status late = RespondToFirst(std::string(100000, 'x'));
  EXPECT_TRUE(absl::IsFailedPrecondition(late)) << late;
  EXPECT_FALSE(held_[0].responder.SendEvent("late").ok());
  held_[0].responder.EndWorker(absl::InternalError("late"));
  held_.clear();
  loop_.RunForAWhile();
  EXPECT_TRUE(log_.empty());
  EXPECT_FALSE(end_.has_value());
}

TEST(ResponderLoopTest, MayOutliveTheLoop) {
  TestWire wire = TestWire::Make(WireKind::kSocket);
  std::optional<Responder> kept;
  std::optional<Responder> dropped;
  {
    LibuvLoop loop;
    auto server = AsyncServer::Start(
        wire.transport.get(),
        [&](absl::string_view, Responder responder) {
          (kept.has_value() ? dropped : kept) = std::move(responder);
          if (dropped.has_value()) loop.Stop();
        },
        AsyncServerOptions(), &loop);
    ASSERT_TRUE(server.ok()) << server.status();
    wire.SendFromPeer(ScriptedPeer::Frame(1, "a") +
                      ScriptedPeer::Frame(2, "b"));
    loop.Run();
  }
  EXPECT_FALSE(kept->Respond("late").ok());
  dropped.reset();
}

using ThreadResponderTest = AsyncServerFixture;

TEST_F(ThreadResponderTest, AnswersFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 400;
  std::vector<std::vector<ThreadResponder>> shares(kThreads);
  on_request_ = [&](absl::string_view, Responder responder) {
    shares[requests_ % kThreads].push_back(std::move(responder).ForThread());
  };
  Start();
  std::string requests;
  for (int i = 1; i <= kCalls; ++i) requests += ScriptedPeer::Frame(i, "x");
  ASSERT_EQ(parent_->Send(requests), requests.size());
  ASSERT_TRUE(loop_.RunUntil([&] { return requests_ == kCalls; }));
  std::vector<std::thread> threads;
  for (auto& share : shares) {
    threads.emplace_back([share = std::move(share)]() mutable {
      for (ThreadResponder& responder : share) responder.Respond("done");
      for (ThreadResponder& responder : share) responder.Respond("twice");
    });
  }
  ASSERT_TRUE(ParentGets(kCalls));
  for (std::thread& thread : threads) thread.join();
  HalfClose();
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_EQ(parent_->Receive().size(), kCalls);
  EXPECT_TRUE(log_.empty());
}

// While the loop takes requests and other threads answer them.
TEST_F(ThreadResponderTest, AnswersWhileTheLoopIsAtWork) {
  std::vector<std::thread> threads;
  on_request_ = [&](absl::string_view request, Responder responder) {
    threads.emplace_back([responder = std::move(responder).ForThread(),
                          request = std::string(request)]() mutable {
      ThreadResponder mine = std::move(responder);
      mine.Respond(request);
    });
  };
  Start();
  for (int i = 1; i <= 50; ++i) Ask(i, absl::StrCat("request ", i));
  ASSERT_TRUE(ParentGets(50));
  for (std::thread& thread : threads) thread.join();
  for (const auto& frame : parent_->frames()) {
    EXPECT_EQ(frame.payload, absl::StrCat("request ", frame.id));
  }
}

TEST_F(ThreadResponderTest, DroppedInAThreadItIsLogged) {
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  std::thread thread(
      [responder = std::move(held_[0].responder).ForThread()]() mutable {
        ThreadResponder dropped = std::move(responder);
      });
  ASSERT_TRUE(loop_.RunUntil([&] { return !log_.empty(); }));
  thread.join();
  HalfClose();
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsFailedPrecondition(*end_)) << *end_;
  EXPECT_EQ(log_.size(), 1);
}

TEST_F(ThreadResponderTest, WhatCannotBeSentIsLogged) {
  options_.connection.limits.max_payload = 10;
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  std::move(held_[0].responder).ForThread().Respond("eleven octs");
  ASSERT_TRUE(loop_.RunUntil([&] { return log_.size() == 2; }));
  EXPECT_TRUE(absl::StrContains(log_[0], "call 1 is not answered")) << log_[0];
  EXPECT_TRUE(absl::StrContains(log_[1], "call 1 is never answered"))
      << log_[1];
}

TEST_F(ThreadResponderTest, EndsTheWorkerFromAThread) {
  Start();
  Ask(1, "a");
  ASSERT_TRUE(Asked(1));
  std::thread thread(
      [responder = std::move(held_[0].responder).ForThread()]() mutable {
        responder.EndWorker(absl::NotFoundError("no such table"));
        responder.EndWorker(absl::InternalError("not heard"));
      });
  ASSERT_TRUE(Ended());
  thread.join();
  EXPECT_EQ(*end_, absl::NotFoundError("no such table"));
}

TEST_F(ThreadResponderTest, MayOutliveTheServer) {
  Start();
  Ask(1, "a");
  Ask(2, "b");
  ASSERT_TRUE(Asked(2));
  ThreadResponder answered = std::move(held_[0].responder).ForThread();
  auto dropped = std::make_unique<ThreadResponder>(
      std::move(held_[1].responder).ForThread());
  server_ = nullptr;
  wire_.transport = nullptr;
  std::thread thread([&] {
    answered.Respond("late");
    dropped = nullptr;
  });
  thread.join();
  loop_.RunForAWhile();
  EXPECT_FALSE(end_.has_value());
}

TEST(ResponderLoopTest, TheLoopMayGoBeforeTheServer) {
  TestWire wire = TestWire::Make(WireKind::kSocket);
  std::optional<Responder> kept;
  std::unique_ptr<AsyncServer> server;
  auto captured = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = captured;
  {
    LibuvLoop loop;
    server = *AsyncServer::Start(
        wire.transport.get(),
        [&, captured = std::move(captured)](absl::string_view,
                                            Responder responder) {
          kept = std::move(responder);
          loop.Stop();
        },
        AsyncServerOptions(), &loop);
    wire.SendFromPeer(ScriptedPeer::Frame(1, "a"));
    loop.Run();
  }
  EXPECT_TRUE(watched.expired()) << "the service has not ended";
  EXPECT_TRUE(absl::IsFailedPrecondition(kept->Respond("late")));
  EXPECT_TRUE(absl::IsFailedPrecondition(server->SendEvent("late")));
  server->PostEvent("late");
  server->EndWorker(absl::InternalError("late"));
}

// Threads that answer, drop and fail while the server and its loop go.
TEST(ThreadResponderLoopTest, MayOutliveTheLoop) {
  for (int round = 0; round < 20; ++round) {
    TestWire wire = TestWire::Make(WireKind::kSocket);
    std::vector<std::thread> threads;
    {
      LibuvLoop loop;
      int calls = 0;
      AsyncServerOptions options;
      options.log = [](absl::string_view) {};
      auto server = AsyncServer::Start(
          wire.transport.get(),
          [&](absl::string_view, Responder responder) {
            threads.emplace_back(
                [number = calls,
                 mine = std::move(responder).ForThread()]() mutable {
                  ThreadResponder responder = std::move(mine);
                  if (number % 3 == 0) responder.Respond("answer");
                  if (number % 3 == 1) {
                    responder.EndWorker(absl::InternalError("failed"));
                  }
                });
            if (++calls == 6) loop.Stop();
          },
          std::move(options), &loop);
      ASSERT_TRUE(server.ok()) << server.status();
      for (int i = 1; i <= 6; ++i) {
        wire.SendFromPeer(ScriptedPeer::Frame(i, "a"));
      }
      const auto watchdog = loop.MakeTimer([&] { loop.Stop(); });
      watchdog->Set(MonotonicNow() + absl::Milliseconds(100));
      loop.Run();
      // Either may go first.
      if (round % 2 == 0) server->reset();
    }
    for (std::thread& thread : threads) thread.join();
  }
}

// What other threads have sent is on its way when the loop is destroyed.
TEST(ThreadResponderLoopTest, WhatTheLoopNeverRunsIsLetGo) {
  TestWire wire = TestWire::Make(WireKind::kSocket);
  LibuvLoop loop;
  std::optional<ThreadResponder> responder;
  auto server = AsyncServer::Start(
      wire.transport.get(),
      [&](absl::string_view, Responder taken) {
        responder = std::move(taken).ForThread();
        loop.Stop();
      },
      AsyncServerOptions(), &loop);
  ASSERT_TRUE(server.ok()) << server.status();
  wire.SendFromPeer(ScriptedPeer::Frame(1, "a"));
  loop.Run();
  responder->Respond("never sent");
  responder.reset();
  server->reset();
}

}  // namespace
}  // namespace forkrpc
