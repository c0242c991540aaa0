// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TimerContract: what every EventLoop does with timers.
//
// A part of event_loop_contract.h, which says how a loop's test gets it.

#ifndef FORKRPC_EVENT_LOOP_TIMER_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_TIMER_CONTRACT_H_

#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/event_loop_test_base.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class TimerContract : public EventLoopTestBase<Harness> {};

TYPED_TEST_SUITE_P(TimerContract);

TYPED_TEST_P(TimerContract, ATimerIsNeverEarly) {
  // Parts of a millisecond, and a loop that has not looked at the clock.
  for (const int microseconds : {1, 900, 1000, 2000, 3000, 4500}) {
    MonotonicTime deadline;
    auto timer = this->loop()->MakeTimer([&] {
      EXPECT_GE(MonotonicNow(), deadline);
      this->Done();
    });
    absl::SleepFor(absl::Milliseconds(3));
    deadline = MonotonicNow() + absl::Microseconds(microseconds);
    timer->Set(deadline);
    this->Run();
    EXPECT_LT(MonotonicNow(), deadline + absl::Seconds(20));
  }
}

TYPED_TEST_P(TimerContract, ATimerRingsOnce) {
  int calls = 0;
  auto timer = this->loop()->MakeTimer([&] { ++calls; });
  timer->Set(MonotonicTime::InfinitePast());
  EXPECT_EQ(calls, 0) << "called from outside the loop";
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
  timer->Set(MonotonicNow());
  this->RunForAWhile();
  EXPECT_EQ(calls, 2);
}

TYPED_TEST_P(TimerContract, ATimerMayBeReplacedOrStopped) {
  int calls = 0;
  auto replaced = this->loop()->MakeTimer([&] { ++calls; });
  replaced->Set(MonotonicNow());
  replaced->Set(MonotonicNow() + absl::Hours(1));
  auto stopped = this->loop()->MakeTimer([&] { ++calls; });
  stopped->Set(MonotonicNow());
  stopped->Set(MonotonicTime::InfiniteFuture());
  auto destroyed = this->loop()->MakeTimer([&] { ++calls; });
  destroyed->Set(MonotonicNow());
  destroyed.reset();
  this->RunForAWhile();
  EXPECT_EQ(calls, 0);
  replaced->Set(MonotonicNow());
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
}

TYPED_TEST_P(TimerContract, ATimerMayBeSetFromItself) {
  int calls = 0;
  Timer* self = nullptr;
  auto timer = this->loop()->MakeTimer([&] {
    if (++calls == 3) return this->Done();
    self->Set(MonotonicNow());
  });
  self = timer.get();
  timer->Set(MonotonicNow());
  this->Run();
  EXPECT_EQ(calls, 3);
}

TYPED_TEST_P(TimerContract, TimersThatMakeTimersStarveNobody) {
  auto sockets = this->MakeSockets();
  bool done = false;
  std::unique_ptr<Timer> timers[2];
  int next = 0;
  EventLoop::Task again;
  const auto make_next = [&] {
    if (done) return;
    next = 1 - next;
    timers[next] = this->loop()->MakeTimer([&] { again(); });
    timers[next]->Set(MonotonicNow());
  };
  again = make_next;
  make_next();
  this->Send(sockets.theirs);
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        done = true;
        this->Done();
      });
  this->Run();
  EXPECT_TRUE(done);
}

TYPED_TEST_P(TimerContract, ATimerMayDestroyItself) {
  auto captured = std::make_shared<int>(7);
  std::unique_ptr<Timer> timer =
      this->loop()->MakeTimer([this, &timer, captured] {
        timer.reset();
        EXPECT_EQ(*captured, 7) << "destroyed while it runs";
        this->Done();
      });
  timer->Set(MonotonicNow());
  this->Run();
  this->RunForAWhile();
  EXPECT_EQ(captured.use_count(), 1) << "the callback was kept";
}

TYPED_TEST_P(TimerContract, TimersRingInOrder) {
  std::vector<int> order;
  const MonotonicTime start = MonotonicNow();
  auto last = this->loop()->MakeTimer([&] {
    order.push_back(3);
    this->Done();
  });
  auto first = this->loop()->MakeTimer([&] { order.push_back(1); });
  auto second = this->loop()->MakeTimer([&] { order.push_back(2); });
  last->Set(start + absl::Milliseconds(30));
  first->Set(start + absl::Milliseconds(5));
  second->Set(start + absl::Milliseconds(15));
  this->Run();
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 3));
}

REGISTER_TYPED_TEST_SUITE_P(TimerContract, ATimerIsNeverEarly, ATimerRingsOnce,
                            ATimerMayBeReplacedOrStopped,
                            ATimerMayBeSetFromItself,
                            TimersThatMakeTimersStarveNobody,
                            ATimerMayDestroyItself, TimersRingInOrder);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_TIMER_CONTRACT_H_
