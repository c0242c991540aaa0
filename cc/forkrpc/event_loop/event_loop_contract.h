// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EventLoopContract: the tests that every EventLoop passes.
//
// A loop's own test says how that loop is made, run and stopped, and gets all
// tests of the contract in event_loop.h:
//
//   struct LibuvHarness {
//     EventLoop* loop() { return &loop_; }
//     void Run() { loop_.Run(); }
//     void Stop() { loop_.Stop(); }
//     LibuvLoop loop_;
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Libuv, EventLoopContract, LibuvHarness);

#ifndef FORKRPC_EVENT_LOOP_EVENT_LOOP_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_EVENT_LOOP_CONTRACT_H_

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/event_loop/event_loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class EventLoopContract : public testing::Test {
 protected:
  EventLoop* loop() { return harness_.loop(); }

  // Runs the loop until one of the callbacks of the test calls Done(). A test
  // that waits for what does not come fails here, not by the test's timeout.
  void Run() {
    std::unique_ptr<Timer> watchdog = loop()->MakeTimer([this] {
      ADD_FAILURE() << "nothing has called Done() for 30 s";
      harness_.Stop();
    });
    watchdog->Set(MonotonicNow() + absl::Seconds(30));
    harness_.Run();
  }
  void Done() { harness_.Stop(); }

  // Runs the loop for some turns: what was to happen at once has happened.
  void RunForAWhile() {
    std::unique_ptr<Timer> timer = loop()->MakeTimer([this] { Done(); });
    timer->Set(MonotonicNow() + absl::Milliseconds(20));
    Run();
  }

  // A watch, with the checks that making it needs.
  std::unique_ptr<FdWatch> Watch(int fd, unsigned interest,
                                 EventLoop::FdCallback callback) {
    auto watch = loop()->WatchFd(fd, std::move(callback));
    EXPECT_TRUE(watch.ok()) << watch.status();
    if (!watch.ok()) return nullptr;
    (*watch)->SetInterest(interest);
    return *std::move(watch);
  }

  struct Sockets {
    OwnedFd ours;
    OwnedFd theirs;
  };
  static Sockets MakeSockets() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
  }
  static void Send(const OwnedFd& fd) { EXPECT_EQ(write(fd.get(), "x", 1), 1); }
  static void Receive(const OwnedFd& fd) {
    char octet;
    EXPECT_EQ(read(fd.get(), &octet, 1), 1);
  }

 private:
  Harness harness_;
};

TYPED_TEST_SUITE_P(EventLoopContract);

TYPED_TEST_P(EventLoopContract, SaysWhenADescriptorIsReadable) {
  auto sockets = this->MakeSockets();
  std::vector<unsigned> calls;
  auto watch = this->Watch(sockets.ours.get(), EventLoop::kReadable,
                           [&](unsigned ready) {
                             calls.push_back(ready);
                             this->Receive(sockets.ours);
                             this->Done();
                           });
  this->RunForAWhile();
  EXPECT_TRUE(calls.empty());
  this->Send(sockets.theirs);
  EXPECT_TRUE(calls.empty()) << "called from outside the loop";
  this->Run();
  EXPECT_EQ(calls, std::vector<unsigned>{EventLoop::kReadable});
}

TYPED_TEST_P(EventLoopContract, SaysSoAgainUntilItIsRead) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  int calls = 0;
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        if (++calls < 3) return;
        this->Receive(sockets.ours);
        this->Done();
      });
  this->Run();
  this->RunForAWhile();
  EXPECT_EQ(calls, 3);
}

TYPED_TEST_P(EventLoopContract, SaysOnlyWhatWasAskedFor) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  std::vector<unsigned> calls;
  FdWatch* self = nullptr;
  auto watch = this->Watch(sockets.ours.get(), 0, [&](unsigned ready) {
    calls.push_back(ready);
    self->SetInterest(calls.size() == 1 ? EventLoop::kReadable : 0);
    if (calls.size() == 2) this->Done();
  });
  self = watch.get();
  this->RunForAWhile();
  EXPECT_TRUE(calls.empty());
  watch->SetInterest(EventLoop::kWritable);
  this->Run();
  this->RunForAWhile();
  EXPECT_THAT(calls,
              testing::ElementsAre(EventLoop::kWritable, EventLoop::kReadable));
}

TYPED_TEST_P(EventLoopContract, SaysBothAtOnce) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  unsigned seen = 0;
  auto watch = this->Watch(sockets.ours.get(),
                           EventLoop::kReadable | EventLoop::kWritable,
                           [&](unsigned ready) {
                             seen |= ready;
                             if (seen == 3) this->Done();
                           });
  this->Run();
}

TYPED_TEST_P(EventLoopContract, APeerThatIsGoneIsReadable) {
  auto sockets = this->MakeSockets();
  sockets.theirs.Reset();
  int calls = 0;
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        char octet;
        EXPECT_EQ(read(sockets.ours.get(), &octet, 1), 0);
        if (++calls == 3) this->Done();
      });
  this->Run();
}

TYPED_TEST_P(EventLoopContract, APipeWithoutReaderIsWritable) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
  OwnedFd read_end(fds[0]);
  OwnedFd write_end(fds[1]);
  const std::string much(size_t{1} << 20, 'x');
  ASSERT_GT(write(write_end.get(), much.data(), much.size()), 0);
  int calls = 0;
  auto watch =
      this->Watch(write_end.get(), EventLoop::kWritable, [&](unsigned ready) {
        EXPECT_EQ(ready, EventLoop::kWritable);
        if (++calls == 3) this->Done();
      });
  this->RunForAWhile();
  EXPECT_EQ(calls, 0);
  read_end.Reset();
  this->Run();
}

TYPED_TEST_P(EventLoopContract, AWatchMayDestroyItself) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  auto captured = std::make_shared<int>(7);
  int calls = 0;
  std::unique_ptr<FdWatch> watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable,
                  [this, &calls, &watch, captured](unsigned) {
                    ++calls;
                    watch.reset();
                    EXPECT_EQ(*captured, 7) << "destroyed while it runs";
                    this->Done();
                  });
  this->Run();
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(captured.use_count(), 1) << "the callback was kept";
}

TYPED_TEST_P(EventLoopContract, AWatchMayDestroyAnother) {
  auto first = this->MakeSockets();
  auto second = this->MakeSockets();
  this->Send(first.theirs);
  this->Send(second.theirs);
  int calls = 0;
  std::unique_ptr<FdWatch> watches[2];
  for (int i = 0; i < 2; ++i) {
    watches[i] = this->Watch((i == 0 ? first : second).ours.get(),
                             EventLoop::kReadable, [&, i](unsigned) {
                               ++calls;
                               watches[1 - i].reset();
                               this->Receive((i == 0 ? first : second).ours);
                               this->Done();
                             });
  }
  this->Run();
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
}

TYPED_TEST_P(EventLoopContract, ADescriptorMayBeWatchedAgain) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  this->Watch(sockets.ours.get(), EventLoop::kReadable,
              [](unsigned) { ADD_FAILURE() << "the watch is gone"; });
  auto watch = this->Watch(sockets.ours.get(), EventLoop::kReadable,
                           [&](unsigned) { this->Done(); });
  this->Run();
}

TYPED_TEST_P(EventLoopContract, LeavesTheBlockingModeAlone) {
  auto sockets = this->MakeSockets();
  const int flags = fcntl(sockets.ours.get(), F_GETFL);
  this->Send(sockets.theirs);
  auto watch = this->Watch(sockets.ours.get(), EventLoop::kReadable,
                           [&](unsigned) { this->Done(); });
  this->Run();
  EXPECT_EQ(fcntl(sockets.ours.get(), F_GETFL), flags);
  watch.reset();
  this->RunForAWhile();
  EXPECT_EQ(fcntl(sockets.ours.get(), F_GETFL), flags);
}

TYPED_TEST_P(EventLoopContract, RefusesWhatCannotBeWatched) {
  auto watch = this->loop()->WatchFd(-1, [](unsigned) {});
  EXPECT_TRUE(absl::IsFailedPrecondition(watch.status())) << watch.status();
  FILE* const file = tmpfile();
  ASSERT_NE(file, nullptr);
  watch = this->loop()->WatchFd(fileno(file), [](unsigned) {});
  EXPECT_TRUE(absl::IsFailedPrecondition(watch.status())) << watch.status();
  EXPECT_THAT(std::string(watch.status().message()),
              testing::HasSubstr(absl::StrCat("descriptor ", fileno(file))));
  fclose(file);
}

TYPED_TEST_P(EventLoopContract, ATimerIsNeverEarly) {
  // Parts of a millisecond, and a loop that has not looked at the clock.
  for (const int microseconds : {1, 900, 1000, 2000, 3000, 4500}) {
    absl::Time deadline;
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

TYPED_TEST_P(EventLoopContract, ATimerRingsOnce) {
  int calls = 0;
  auto timer = this->loop()->MakeTimer([&] { ++calls; });
  timer->Set(absl::InfinitePast());
  EXPECT_EQ(calls, 0) << "called from outside the loop";
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
  timer->Set(MonotonicNow());
  this->RunForAWhile();
  EXPECT_EQ(calls, 2);
}

TYPED_TEST_P(EventLoopContract, ATimerMayBeReplacedOrStopped) {
  int calls = 0;
  auto replaced = this->loop()->MakeTimer([&] { ++calls; });
  replaced->Set(MonotonicNow());
  replaced->Set(MonotonicNow() + absl::Hours(1));
  auto stopped = this->loop()->MakeTimer([&] { ++calls; });
  stopped->Set(MonotonicNow());
  stopped->Set(absl::InfiniteFuture());
  auto destroyed = this->loop()->MakeTimer([&] { ++calls; });
  destroyed->Set(MonotonicNow());
  destroyed.reset();
  this->RunForAWhile();
  EXPECT_EQ(calls, 0);
  replaced->Set(MonotonicNow());
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
}

TYPED_TEST_P(EventLoopContract, ATimerMayBeSetFromItself) {
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

TYPED_TEST_P(EventLoopContract, TimersThatMakeTimersStarveNobody) {
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

TYPED_TEST_P(EventLoopContract, ATimerMayDestroyItself) {
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

TYPED_TEST_P(EventLoopContract, TimersRingInOrder) {
  std::vector<int> order;
  const absl::Time start = MonotonicNow();
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

TYPED_TEST_P(EventLoopContract, DeferredTasksRunInOrder) {
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
TYPED_TEST_P(EventLoopContract, DeferredTasksRunBeforeTheLoopWaits) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  const absl::Time start = MonotonicNow();
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

TYPED_TEST_P(EventLoopContract, TasksThatDeferTasksStarveNobody) {
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

TYPED_TEST_P(EventLoopContract, PostsFromOtherThreadsArriveInOrder) {
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

TYPED_TEST_P(EventLoopContract, APostWakesALoopThatWaits) {
  const absl::Time start = MonotonicNow();
  std::thread thread([this] {
    absl::SleepFor(absl::Milliseconds(10));
    this->loop()->Post([this] { this->Done(); });
  });
  this->Run();
  thread.join();
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(25));
}

TYPED_TEST_P(EventLoopContract, TasksThatAreLeftAreDestroyed) {
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
TYPED_TEST_P(EventLoopContract, ATaskThatIsLeftMayPostWhileItIsDestroyed) {
  {
    TypeParam harness;
    EventLoop* const loop = harness.loop();
    const std::shared_ptr<void> posts(nullptr, [loop](void*) {
      loop->Post([] { ADD_FAILURE() << "the loop is gone"; });
    });
    loop->Post([posts] {});
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    EventLoopContract, SaysWhenADescriptorIsReadable, SaysSoAgainUntilItIsRead,
    SaysOnlyWhatWasAskedFor, SaysBothAtOnce, APeerThatIsGoneIsReadable,
    APipeWithoutReaderIsWritable, AWatchMayDestroyItself,
    AWatchMayDestroyAnother, ADescriptorMayBeWatchedAgain,
    LeavesTheBlockingModeAlone, RefusesWhatCannotBeWatched, ATimerIsNeverEarly,
    ATimerRingsOnce, ATimerMayBeReplacedOrStopped, ATimerMayBeSetFromItself,
    TimersThatMakeTimersStarveNobody, ATimerMayDestroyItself, TimersRingInOrder,
    DeferredTasksRunInOrder, DeferredTasksRunBeforeTheLoopWaits,
    TasksThatDeferTasksStarveNobody, PostsFromOtherThreadsArriveInOrder,
    APostWakesALoopThatWaits, TasksThatAreLeftAreDestroyed,
    ATaskThatIsLeftMayPostWhileItIsDestroyed);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_EVENT_LOOP_CONTRACT_H_
