// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ExceptionContract: what every EventLoop does with an exception of a callback.
//
// A part of event_loop_contract.h, which says how a loop's test gets it; for
// harnesses whose Run() an exception may leave.

#ifndef FORKRPC_EVENT_LOOP_EXCEPTION_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_EXCEPTION_CONTRACT_H_

#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "absl/base/config.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/event_loop_test_base.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class ExceptionContract : public EventLoopTestBase<Harness> {
 protected:
  // Whether an exception leaves `run`.
  static bool Leaves(const std::function<void()>& run) {
#ifdef ABSL_HAVE_EXCEPTIONS
    try {
      run();
    } catch (const std::runtime_error&) {
      return true;
    }
#else
    run();
#endif
    return false;
  }

  // Runs the loop until Done(), again after each exception; says how many there
  // were.
  int RunThrough() {
    int thrown = 0;
    while (thrown < 100 && Leaves([this] { this->Run(); })) ++thrown;
    return thrown;
  }

  static void Throw() {
#ifdef ABSL_HAVE_EXCEPTIONS
    throw std::runtime_error("the user's");
#endif
  }

  void SetUp() override {
#ifndef ABSL_HAVE_EXCEPTIONS
    GTEST_SKIP() << "there are no exceptions";
#endif
  }
};

TYPED_TEST_SUITE_P(ExceptionContract);

TYPED_TEST_P(ExceptionContract, OtherTasksStillRunOnceInOrder) {
  for (const bool post : {false, true}) {
    std::vector<int> order;
    for (int i = 0; i < 6; ++i) {
      EventLoop::Task task = [&, i] {
        order.push_back(i);
        // What a task has deferred before it throws counts.
        if (i == 1) this->loop()->Defer([&] { this->Done(); });
        if (i == 1 || i == 2 || i == 4) this->Throw();
      };
      if (post) {
        this->loop()->Post(std::move(task));
      } else {
        this->loop()->Defer(std::move(task));
      }
    }
    EXPECT_EQ(this->RunThrough(), 3);
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4, 5));
    this->loop()->Defer([&] { this->Done(); });
    EXPECT_EQ(this->RunThrough(), 0) << "it is not thrown again";
  }
}

TYPED_TEST_P(ExceptionContract, TasksThatComeLaterRun) {
  this->loop()->Defer([this] { this->Throw(); });
  EXPECT_TRUE(this->Leaves([&] { this->Run(); }));
  int runs = 0;
  this->loop()->Defer([&] { ++runs; });
  this->loop()->Post([&] {
    ++runs;
    this->Done();
  });
  EXPECT_EQ(this->RunThrough(), 0);
  EXPECT_EQ(runs, 2);
}

// Who runs the loop again until it is stopped would run it for ever.
TYPED_TEST_P(ExceptionContract, AStopBesideItIsNotLost) {
  this->loop()->Defer([this] {
    this->Done();
    this->Throw();
  });
  EXPECT_EQ(this->RunThrough(), 1);
  bool ran = false;
  this->loop()->Defer([&] {
    ran = true;
    this->Done();
  });
  this->Run();
  EXPECT_TRUE(ran) << "one run was to be over, not two";
}

TYPED_TEST_P(ExceptionContract, OtherTimersStillRing) {
  std::vector<int> order;
  std::unique_ptr<Timer> timers[5];
  const MonotonicTime now = MonotonicNow();
  for (int i = 0; i < 5; ++i) {
    timers[i] = this->loop()->MakeTimer([&, i] {
      order.push_back(i);
      if (i == 4) return this->Done();
      if (order.size() == 1) timers[0]->Set(MonotonicNow());
      this->Throw();
    });
    timers[i]->Set(i < 3 ? now : now + absl::Milliseconds(5 * i));
  }
  EXPECT_EQ(this->RunThrough(), 5);
  EXPECT_THAT(order, testing::UnorderedElementsAre(0, 0, 1, 2, 3, 4));
  EXPECT_EQ(order.back(), 4);
}

TYPED_TEST_P(ExceptionContract, DescriptorsAreStillTold) {
  constexpr int kMany = 4;
  typename TestFixture::Sockets sockets[kMany];
  std::unique_ptr<FdWatch> watches[kMany];
  int calls[kMany] = {};
  int left = 2 * kMany;
  for (int i = 0; i < kMany; ++i) {
    sockets[i] = this->MakeSockets();
    this->Send(sockets[i].theirs);
    watches[i] = this->Watch(sockets[i].ours.get(), EventLoop::kReadable,
                             [&, i](unsigned) {
                               this->Receive(sockets[i].ours);
                               if (++calls[i] == 1)
                                 this->Send(sockets[i].theirs);
                               if (--left == 0)
                                 this->loop()->Defer([&] { this->Done(); });
                               this->Throw();
                             });
  }
  EXPECT_EQ(this->RunThrough(), 2 * kMany);
  for (const int count : calls) EXPECT_EQ(count, 2);
}

// libuv tells an error of a descriptor once, and stops the watch.
TYPED_TEST_P(ExceptionContract, APeerThatIsGoneIsStillTold) {
  auto sockets = this->MakeSockets();
  auto other = this->MakeSockets();
  sockets.theirs.Reset();
  this->Send(other.theirs);
  int calls = 0;
  FdWatch* self = nullptr;
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        if (++calls == 3) self->SetInterest(0);
        if (calls == 3) this->loop()->Defer([&] { this->Done(); });
        this->Throw();
      });
  self = watch.get();
  int others = 0;
  auto another =
      this->Watch(other.ours.get(), EventLoop::kReadable, [&](unsigned) {
        this->Receive(other.ours);
        ++others;
        this->Throw();
      });
  EXPECT_EQ(this->RunThrough(), 4);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(others, 1);
}

TYPED_TEST_P(ExceptionContract, AWatchMayDestroyItselfBeforeItThrows) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  const auto captured = std::make_shared<int>(7);
  std::unique_ptr<FdWatch> watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable,
                  [this, &watch, captured](unsigned) {
                    watch.reset();
                    this->Throw();
                  });
  EXPECT_TRUE(this->Leaves([&] { this->Run(); }));
  std::unique_ptr<Timer> timer =
      this->loop()->MakeTimer([this, &timer, captured] {
        timer.reset();
        this->Throw();
      });
  timer->Set(MonotonicNow());
  EXPECT_TRUE(this->Leaves([&] { this->Run(); }));
  this->RunForAWhile();
  EXPECT_EQ(captured.use_count(), 1) << "the callback was kept";
}

// Everything at once, all of it throwing, and the loop may be destroyed then.
TYPED_TEST_P(ExceptionContract, ALoopMayBeDestroyedAfterwards) {
  auto harness = std::make_unique<TypeParam>();
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  harness->loop()->Defer([this] { this->Throw(); });
  harness->loop()->Post([this] { this->Throw(); });
  auto timer = harness->loop()->MakeTimer([this] { this->Throw(); });
  timer->Set(MonotonicTime::InfinitePast());
  auto watch = harness->loop()->WatchFd(sockets.ours.get(),
                                        [this](unsigned) { this->Throw(); });
  ASSERT_TRUE(watch.ok()) << watch.status();
  (*watch)->SetInterest(EventLoop::kReadable);
  EXPECT_TRUE(this->Leaves([&] { harness->Run(); }));
  harness.reset();
}

REGISTER_TYPED_TEST_SUITE_P(ExceptionContract, OtherTasksStillRunOnceInOrder,
                            TasksThatComeLaterRun, AStopBesideItIsNotLost,
                            OtherTimersStillRing, DescriptorsAreStillTold,
                            APeerThatIsGoneIsStillTold,
                            AWatchMayDestroyItselfBeforeItThrows,
                            ALoopMayBeDestroyedAfterwards);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_EXCEPTION_CONTRACT_H_
