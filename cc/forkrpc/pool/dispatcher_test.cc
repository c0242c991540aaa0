// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/dispatcher.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const MonotonicTime kNow = MonotonicTime() + absl::Hours(1);

// A worker that keeps what it is given.
class FakeTaker : public CallTaker {
 public:
  Taken TakeCall(Assignment assignment, absl::string_view payload,
                 CallId* call) override {
    ++asked;
    if (answer == Taken::kTaken) calls.push_back({assignment, payload});
    *call = static_cast<CallId>(assignment);
    return answer;
  }
  bool TakeBack(CallId call) override {
    taken_back.push_back(call);
    return unsent;
  }
  void OnLoad(const WorkerLoad& now) override { load = now; }

  struct Call {
    Call(Assignment a, absl::string_view p) : assignment(a), payload(p) {}
    Assignment assignment;
    std::string payload;
  };

  Taken answer = Taken::kTaken;
  int asked = 0;
  std::vector<Call> calls;
  bool unsent = false;  // whether nothing of them was written
  std::vector<CallId> taken_back;
  WorkerLoad load;
};

class DispatcherTest : public testing::Test {
 protected:
  FakeTaker* Add(uint64_t worker) {
    takers_.push_back(std::make_unique<FakeTaker>());
    dispatcher_.AddWorker({worker, static_cast<pid_t>(100 + worker)},
                          takers_.back().get());
    return takers_.back().get();
  }
  // Its id; 0 if it was refused, with why in refused_.
  PoolCallId Call(absl::string_view payload, bool idempotent = false,
                  absl::Duration timeout = absl::InfiniteDuration()) {
    PoolCallOptions options;
    options.idempotent = idempotent;
    bool called = false;
    CallCallback callback = [called](auto) { (void)called; };
    absl::StatusOr<PoolCallId> id = dispatcher_.Call(
        payload, options, kNow + timeout, std::move(callback), kNow);
    EXPECT_EQ(callback == nullptr, id.ok()) << "a refused one keeps its own";
    refused_ = id.status();
    return id.value_or(0);
  }
  std::vector<std::string> Given(const FakeTaker& taker) {
    std::vector<std::string> payloads;
    for (const auto& call : taker.calls) payloads.push_back(call.payload);
    return payloads;
  }
  PoolStats stats() const {
    PoolStats stats;
    dispatcher_.AddTo(&stats);
    return stats;
  }

  PoolOptions options_;
  Dispatcher dispatcher_{options_};
  std::vector<std::unique_ptr<FakeTaker>> takers_;
  absl::Status refused_;
};

TEST_F(DispatcherTest, ACallWaitsForAWorker) {
  const PoolCallId a = Call("a");
  EXPECT_EQ(dispatcher_.queued(), 1u);
  FakeTaker* const one = Add(1);
  dispatcher_.Dispatch(kNow);
  ASSERT_THAT(Given(*one), ElementsAre("a"));
  EXPECT_EQ(one->load.in_flight, 1u);
  EXPECT_EQ(one->load.awaited, 1u);
  auto ended = dispatcher_.OnAnswered(one->calls[0].assignment);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->id, a);
  EXPECT_EQ(ended->worker, 1u);
  EXPECT_TRUE(ended->callback != nullptr);
  EXPECT_TRUE(one->load.idle());
  EXPECT_EQ(one->load.answered, 1u);
  EXPECT_TRUE(dispatcher_.empty());
}

TEST_F(DispatcherTest, TheLeastBusyOfThemTheOneThatWasIdleLast) {
  options_.load = 2;
  FakeTaker* const one = Add(1);
  FakeTaker* const two = Add(2);
  for (const char* call : {"a", "b", "c"}) Call(call);
  EXPECT_THAT(Given(*two), ElementsAre("a", "c"));
  EXPECT_THAT(Given(*one), ElementsAre("b"));
  for (const auto& call : two->calls) dispatcher_.OnAnswered(call.assignment);
  dispatcher_.OnAnswered(one->calls[0].assignment);
  Call("d");
  EXPECT_THAT(Given(*one), ElementsAre("b", "d"));
}

TEST_F(DispatcherTest, NoMoreThanTheirLoadInTheOrderOfTheCalls) {
  FakeTaker* const one = Add(1);
  for (const char* call : {"a", "b", "c"}) Call(call);
  EXPECT_THAT(Given(*one), ElementsAre("a"));
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(one->calls.size(), i + 1);
    dispatcher_.OnAnswered(one->calls[i].assignment);
    dispatcher_.Dispatch(kNow);
  }
  EXPECT_THAT(Given(*one), ElementsAre("a", "b", "c"));
}

TEST_F(DispatcherTest, OneThatIsFullGetsMoreOnceItHasAnswered) {
  options_.load = 3;
  FakeTaker* const one = Add(1);
  Call("a");
  one->answer = CallTaker::Taken::kFull;
  Call("b");
  dispatcher_.Dispatch(kNow);
  EXPECT_EQ(one->asked, 2) << "it is not asked again and again";
  one->answer = CallTaker::Taken::kTaken;
  dispatcher_.OnAnswered(one->calls[0].assignment);
  dispatcher_.Dispatch(kNow);
  EXPECT_THAT(Given(*one), ElementsAre("a", "b"));
}

TEST_F(DispatcherTest, OneThatRefusesHandsTheCallOn) {
  FakeTaker* const one = Add(1);
  FakeTaker* const two = Add(2);
  two->answer = CallTaker::Taken::kGone;
  Call("a");
  EXPECT_EQ(two->asked, 1);
  EXPECT_THAT(Given(*one), ElementsAre("a"));
  EXPECT_EQ(two->load.assigned, 0u);
}

TEST_F(DispatcherTest, AClosedOneGetsNone) {
  FakeTaker* const one = Add(1);
  dispatcher_.CloseWorker(1);
  Call("a");
  dispatcher_.Dispatch(kNow);
  EXPECT_EQ(one->asked, 0);
}

TEST_F(DispatcherTest, AHungOneGetsNoneUntilItAnswers) {
  options_.load = 2;
  FakeTaker* const one = Add(1);
  const PoolCallId a = Call("a");
  ASSERT_TRUE(dispatcher_.Cancel(a).ok());
  EXPECT_TRUE(one->load.hung());
  Call("b");
  dispatcher_.Dispatch(kNow);
  EXPECT_THAT(Given(*one), ElementsAre("a"));
  EXPECT_FALSE(dispatcher_.OnAnswered(one->calls[0].assignment).has_value());
  dispatcher_.Dispatch(kNow);
  EXPECT_THAT(Given(*one), ElementsAre("a", "b"));
}

TEST_F(DispatcherTest, WhatIsNotWrittenYetIsTakenBack) {
  FakeTaker* const one = Add(1);
  one->unsent = true;
  const PoolCallId a = Call("a", false, absl::Seconds(1));
  const PoolCallId b = Call("b");
  const auto expired = dispatcher_.TakeExpired(kNow + absl::Seconds(1));
  ASSERT_TRUE(expired.has_value());
  EXPECT_EQ(expired->id, a);
  EXPECT_EQ(expired->worker, 0u) << "it need not be killed for it";
  EXPECT_THAT(std::string(expired->status.message()),
              HasSubstr("worker 1 (pid 101) of the pool to read it"));
  EXPECT_THAT(one->taken_back, ElementsAre(one->calls[0].assignment));
  EXPECT_FALSE(dispatcher_.IsInFlight(one->calls[0].assignment));
  EXPECT_TRUE(one->load.idle()) << "no response will come";
  EXPECT_EQ(one->load.assigned, 0u);
  dispatcher_.Dispatch(kNow);
  EXPECT_THAT(Given(*one), ElementsAre("a", "b")) << "there is room";
  ASSERT_TRUE(dispatcher_.Cancel(b).ok());
  EXPECT_EQ(dispatcher_.in_flight(), 0u);
  EXPECT_TRUE(dispatcher_.empty());
}

TEST_F(DispatcherTest, WhatHasExpiredIsNeverGivenToAWorker) {
  FakeTaker* const one = Add(1);
  EXPECT_EQ(Call("late", false, absl::ZeroDuration()), 0u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(refused_));
  Call("a");
  const PoolCallId waits = Call("waits", false, absl::Seconds(1));
  Call("patient");
  const MonotonicTime later = kNow + absl::Seconds(1);
  dispatcher_.OnAnswered(one->calls[0].assignment);
  dispatcher_.Dispatch(later);
  EXPECT_THAT(Given(*one), ElementsAre("a", "patient"));
  auto expired = dispatcher_.TakeExpired(later);
  ASSERT_TRUE(expired.has_value());
  EXPECT_EQ(expired->id, waits);
  EXPECT_EQ(expired->worker, 0u) << "no worker had it";
  EXPECT_THAT(std::string(expired->status.message()),
              HasSubstr("waited for a worker"));
  EXPECT_FALSE(dispatcher_.TakeExpired(later).has_value());
}

TEST_F(DispatcherTest, AnExpiredOneMayStillBeCancelled) {
  FakeTaker* const one = Add(1);
  Call("a");
  const PoolCallId waits = Call("waits", false, absl::Seconds(1));
  dispatcher_.OnAnswered(one->calls[0].assignment);
  dispatcher_.Dispatch(kNow + absl::Seconds(1));
  EXPECT_TRUE(dispatcher_.Cancel(waits).ok());
  EXPECT_FALSE(dispatcher_.TakeExpired(kNow + absl::Hours(1)).has_value());
  EXPECT_TRUE(dispatcher_.empty());
}

TEST_F(DispatcherTest, AnExpiredCallOfAWorkerNamesIt) {
  FakeTaker* const one = Add(1);
  const PoolCallId a = Call("a", false, absl::Seconds(1));
  EXPECT_EQ(dispatcher_.NextDeadline(), kNow + absl::Seconds(1));
  EXPECT_FALSE(dispatcher_.TakeExpired(kNow).has_value());
  auto expired = dispatcher_.TakeExpired(kNow + absl::Seconds(1));
  ASSERT_TRUE(expired.has_value());
  EXPECT_EQ(expired->id, a);
  EXPECT_EQ(expired->worker, 1u);
  EXPECT_THAT(std::string(expired->status.message()),
              HasSubstr("in worker 1 (pid 101) of the pool"));
  EXPECT_TRUE(one->load.hung());
  EXPECT_EQ(dispatcher_.NextDeadline(), MonotonicTime::InfiniteFuture());
}

TEST_F(DispatcherTest, ALostCallIsTriedAgainIfItMayBe) {
  options_.max_attempts = 2;
  const absl::Status crash = absl::UnavailableError("it fell over");
  FakeTaker* const one = Add(1);
  FakeTaker* const two = Add(2);
  dispatcher_.CloseWorker(1);
  const PoolCallId again = Call("again", /*idempotent=*/true);
  EXPECT_FALSE(
      dispatcher_.OnLost(two->calls[0].assignment, crash, kNow).has_value());
  dispatcher_.RemoveWorker(2);
  Call("younger");
  FakeTaker* const three = Add(3);
  dispatcher_.Dispatch(kNow);
  ASSERT_THAT(Given(*three), ElementsAre("again")) << "the older one first";
  auto lost = dispatcher_.OnLost(three->calls[0].assignment, crash, kNow);
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(lost->id, again);
  EXPECT_TRUE(absl::IsUnavailable(lost->status));
  EXPECT_THAT(std::string(lost->status.message()),
              AllOf(HasSubstr("with worker 3 of the pool (attempt 2 of 2)"),
                    HasSubstr("it fell over")));
  EXPECT_THAT(dispatcher_.lost_calls(3), ElementsAre(again));
  EXPECT_EQ(stats().retried, 1u);
  EXPECT_EQ(stats().lost, 1u);
  EXPECT_EQ(one->asked, 0);
}

TEST_F(DispatcherTest, ALostCallWhoseDeadlineHasComeIsNotTriedAgain) {
  FakeTaker* const one = Add(1);
  Call("a", /*idempotent=*/true, absl::Seconds(1));
  EXPECT_TRUE(dispatcher_
                  .OnLost(one->calls[0].assignment,
                          absl::UnavailableError("it fell over"),
                          kNow + absl::Seconds(1))
                  .has_value());
  EXPECT_TRUE(dispatcher_.empty());
}

TEST_F(DispatcherTest, OfAKilledWorkerItIsSaidWhy) {
  FakeTaker* const one = Add(1);
  Call("a");
  dispatcher_.CloseWorker(1, absl::DeadlineExceededError("it was late"));
  dispatcher_.CloseWorker(1, absl::CancelledError("another reason"));
  auto lost = dispatcher_.OnLost(one->calls[0].assignment,
                                 absl::UnavailableError("signal 15"), kNow);
  ASSERT_TRUE(lost.has_value());
  EXPECT_TRUE(absl::IsDeadlineExceeded(lost->status));
  EXPECT_THAT(std::string(lost->status.message()),
              HasSubstr("which was killed: it was late: signal 15"));
}

TEST_F(DispatcherTest, RefusesWhatIsTooMuchAndSaysOnceWhenThereIsRoom) {
  options_.max_queue = 2;
  options_.max_queue_octets = 10;
  EXPECT_NE(Call("aaaa"), 0u);
  EXPECT_EQ(Call("bbbbbbb"), 0u);
  EXPECT_THAT(std::string(refused_.message()),
              HasSubstr("4 octets and 7 more, the limit is 10"));
  const PoolCallId b = Call("bb");
  EXPECT_EQ(Call("c"), 0u);
  EXPECT_THAT(std::string(refused_.message()),
              HasSubstr("2 calls wait, the limit is 2"));
  EXPECT_TRUE(absl::IsResourceExhausted(refused_));
  EXPECT_FALSE(dispatcher_.TakeRoom());
  EXPECT_TRUE(dispatcher_.Cancel(b).ok());
  EXPECT_TRUE(dispatcher_.TakeRoom()) << "for the smaller of the two";
  EXPECT_FALSE(dispatcher_.TakeRoom());
}

TEST_F(DispatcherTest, WhatNeedNotWaitIsNotHeldToTheQueuesLimits) {
  options_.max_queue = 0;
  options_.max_queue_octets = 0;
  FakeTaker* const one = Add(1);
  EXPECT_NE(Call("a"), 0u);
  EXPECT_EQ(Call("b"), 0u);
  EXPECT_THAT(Given(*one), ElementsAre("a"));
}

TEST_F(DispatcherTest, WhatWaitsCanBeTakenFromItOldestFirst) {
  Add(1);
  Call("a");
  const PoolCallId b = Call("b");
  const PoolCallId c = Call("c");
  EXPECT_EQ(dispatcher_.TakeWaiting()->id, b);
  EXPECT_EQ(dispatcher_.TakeWaiting()->id, c);
  EXPECT_FALSE(dispatcher_.TakeWaiting().has_value());
  EXPECT_EQ(dispatcher_.in_flight(), 1u);
}

}  // namespace
}  // namespace forkrpc
