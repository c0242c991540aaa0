// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TaskContract: what every EventLoop does with deferred and posted tasks.
//
// A part of event_loop_contract.h, which says how a loop's test gets it.

#ifndef FORKRPC_EVENT_LOOP_TASK_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_TASK_CONTRACT_H_

#include <functional>
#include <memory>
#include <thread>
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
class TaskContract : public EventLoopTestBase<Harness> {};

TYPED_TEST_SUITE_P(TaskContract);

TYPED_TEST_P(TaskContract, DeferredTasksRunInOrder) {
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    this->loop()->Defer([&order, i] { order.push_back(i); });
  }
  this->loop()->Defer([&] { this->Done(); });
  EXPECT_TRUE(order.empty()) << "called from outside the loop";
  this->Run();
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2));
}

// Nothing else wakes the loop up but a watchdog, half a minute later.
TYPED_TEST_P(TaskContract, DeferredTasksRunBeforeTheLoopWaits) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  const MonotonicTime start = MonotonicNow();
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        this->Receive(sockets.ours);
        this->loop()->Defer([&] { this->Done(); });
      });
  this->Run();
  auto timer = this->loop()->MakeTimer(
      [&] { this->loop()->Defer([&] { this->Done(); }); });
  timer->Set(MonotonicNow() + absl::Milliseconds(5));
  this->Run();
  auto twice = this->loop()->MakeTimer([&] {
    this->loop()->Defer([&] { this->loop()->Defer([&] { this->Done(); }); });
  });
  twice->Set(MonotonicNow() + absl::Milliseconds(5));
  this->Run();
  this->loop()->Post([&] { this->loop()->Defer([&] { this->Done(); }); });
  this->Run();
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(25));
}

TYPED_TEST_P(TaskContract, TasksThatDeferTasksStarveNobody) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  bool over = false;
  std::function<void()> again = [&] {
    if (!over) this->loop()->Defer(again);
  };
  again();
  auto timer = this->loop()->MakeTimer([&] { this->Done(); });
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        this->Receive(sockets.ours);
        timer->Set(MonotonicNow() + absl::Milliseconds(2));
      });
  this->Run();
  over = true;
  this->RunForAWhile();
}

TYPED_TEST_P(TaskContract, PostsFromOtherThreadsArriveInOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 500;
  const std::thread::id loops_thread = std::this_thread::get_id();
  std::vector<int> next(kThreads, 0);
  int total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        this->loop()->Post([&, t, i] {
          EXPECT_EQ(std::this_thread::get_id(), loops_thread);
          EXPECT_EQ(next[t]++, i);
          if (++total == kThreads * kTasks) this->Done();
        });
      }
    });
  }
  this->Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, kThreads * kTasks);
}

TYPED_TEST_P(TaskContract, APostWakesALoopThatWaits) {
  const MonotonicTime start = MonotonicNow();
  std::thread thread([this] {
    absl::SleepFor(absl::Milliseconds(10));
    this->loop()->Post([this] { this->Done(); });
  });
  this->Run();
  thread.join();
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(25));
}

TYPED_TEST_P(TaskContract, TasksThatAreLeftAreDestroyed) {
  auto captured = std::make_shared<int>(7);
  {
    TypeParam harness;
    harness.loop()->Defer([captured] { ADD_FAILURE() << *captured; });
    harness.loop()->Post([captured] { ADD_FAILURE() << *captured; });
  }
  EXPECT_EQ(captured.use_count(), 1);
}

// What a task holds may post another one in its destructor, as a dropped
// ThreadResponder does.
TYPED_TEST_P(TaskContract, ATaskThatIsLeftMayPostWhileItIsDestroyed) {
  {
    TypeParam harness;
    EventLoop* const loop = harness.loop();
    const std::shared_ptr<void> posts(nullptr, [loop](void*) {
      loop->Post([] { ADD_FAILURE() << "the loop is gone"; });
    });
    loop->Post([posts] {});
  }
}

REGISTER_TYPED_TEST_SUITE_P(TaskContract, DeferredTasksRunInOrder,
                            DeferredTasksRunBeforeTheLoopWaits,
                            TasksThatDeferTasksStarveNobody,
                            PostsFromOtherThreadsArriveInOrder,
                            APostWakesALoopThatWaits,
                            TasksThatAreLeftAreDestroyed,
                            ATaskThatIsLeftMayPostWhileItIsDestroyed);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_TASK_CONTRACT_H_
