// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopEndContract: what every EventLoop does when it is destroyed.
//
// A part of event_loop_contract.h, which says how a loop's test gets it.

#ifndef FORKRPC_EVENT_LOOP_LOOP_END_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_LOOP_END_CONTRACT_H_

#include <stdio.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/ending_loop_test_base.h"
#include "forkrpc/event_loop/event_loop.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class LoopEndContract : public EndingLoopTestBase<Harness> {};

TYPED_TEST_SUITE_P(LoopEndContract);

// The most natural program: run, stop in a callback, return.
TYPED_TEST_P(LoopEndContract, ALoopMayBeStoppedAndDestroyedWithWorkLeft) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  std::function<void()> again = [&] { this->ending()->Defer(again); };
  int calls = 0;
  auto watch = this->WatchEnding(sockets.ours.get(), [&](unsigned) {
    ++calls;
    again();
    this->ending()->Post([] { ADD_FAILURE() << "posted behind Stop()"; });
    this->ending_->Stop();
  });
  this->ending_->Run();
  const int calls_before = calls;
  EXPECT_GE(calls_before, 1);
  this->End();
  EXPECT_EQ(calls, calls_before) << "called from the destructor";
}

TYPED_TEST_P(LoopEndContract, WatchesAndTimersMayOutliveTheLoop) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  FILE* const file = tmpfile();
  ASSERT_NE(file, nullptr);
  const auto never = [](unsigned) { ADD_FAILURE() << "the loop has not run"; };
  auto idle = this->MakeSockets();
  auto not_waiting = this->ending()->WatchFd(idle.ours.get(), never);
  ASSERT_TRUE(not_waiting.ok());
  std::unique_ptr<FdWatch> watches[] = {
      *std::move(not_waiting), this->WatchEnding(sockets.ours.get(), never),
      this->WatchEnding(fileno(file), never)};
  std::unique_ptr<Timer> timers[3];
  for (auto& timer : timers) {
    timer = this->ending()->MakeTimer([] { ADD_FAILURE() << "not run"; });
  }
  timers[1]->Set(MonotonicNow() + absl::Hours(1));
  timers[2]->Set(MonotonicTime::InfinitePast());
  this->End();
  for (auto& watch : watches) {
    watch->SetInterest(EventLoop::kReadable | EventLoop::kWritable);
    watch->SetInterest(0);
    watch->SetInterest(EventLoop::kReadable);
    watch.reset();
  }
  for (auto& timer : timers) {
    timer->Set(MonotonicNow());
    timer->Set(MonotonicTime::InfiniteFuture());
    timer->Set(MonotonicTime::InfinitePast());
    timer.reset();
  }
  fclose(file);
}

TYPED_TEST_P(LoopEndContract, WhatIsLeftIsDestroyedUncalled) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  const auto captured = std::make_shared<int>(7);
  const auto never = [captured] { ADD_FAILURE() << *captured; };
  this->ending()->Defer(never);
  this->ending()->Post(never);
  auto timer = this->ending()->MakeTimer(never);
  timer->Set(MonotonicTime::InfinitePast());
  auto watch =
      this->WatchEnding(sockets.ours.get(), [never](unsigned) { never(); });
  EXPECT_EQ(captured.use_count(), 6);
  this->End();
  EXPECT_EQ(captured.use_count(), 2) << "besides `never` itself";
}

// Callbacks that own their own watch or timer, and those of others.
TYPED_TEST_P(LoopEndContract, CallbacksMayOwnWatchesAndTimers) {
  struct Owner {
    std::unique_ptr<FdWatch> watch;
    std::unique_ptr<Timer> timers[2];
  };
  auto sockets = this->MakeSockets();
  const auto captured = std::make_shared<int>(7);
  {
    auto owner = std::make_shared<Owner>();
    const auto keep = [owner, captured] { ADD_FAILURE() << *captured; };
    owner->timers[0] = this->ending()->MakeTimer(keep);
    owner->timers[1] = this->ending()->MakeTimer(keep);
    owner->watch =
        this->WatchEnding(sockets.ours.get(), [keep](unsigned) { keep(); });
    owner->timers[0]->Set(MonotonicNow() + absl::Hours(1));
    owner->timers[1]->Set(MonotonicNow() + absl::Hours(2));
  }
  EXPECT_GT(captured.use_count(), 1);
  this->End();
  EXPECT_EQ(captured.use_count(), 1);
}

TYPED_TEST_P(LoopEndContract, WhatIsDestroyedMayUseTheLoop) {
  auto sockets = this->MakeSockets();
  auto free = this->MakeSockets();
  int ends = 0;
  const auto make = [&] {
    return std::make_shared<UsesALoopAtItsEnd>(this->ending(), free.ours.get(),
                                               &ends);
  };
  this->ending()->Defer([one = make()] {});
  this->ending()->Defer([one = make()] {});
  this->ending()->Post([one = make()] {});
  this->ending()->Post([one = make()] {});
  auto timer = this->ending()->MakeTimer([one = make()] {});
  timer->Set(MonotonicNow() + absl::Hours(1));
  auto unset = this->ending()->MakeTimer([one = make()] {});
  auto watch =
      this->WatchEnding(sockets.ours.get(), [one = make()](unsigned) {});
  this->End();
  EXPECT_EQ(ends, 7);
}

TYPED_TEST_P(LoopEndContract, NothingCanBeWatchedAtTheEnd) {
  auto sockets = this->MakeSockets();
  EventLoop* const loop = this->ending();
  absl::Status watched;
  std::shared_ptr<void> tries(nullptr, [&](void*) {
    watched = loop->WatchFd(sockets.ours.get(), [](unsigned) {}).status();
  });
  loop->Defer([tries] {});
  tries.reset();
  this->End();
  EXPECT_TRUE(absl::IsFailedPrecondition(watched)) << watched;
}

REGISTER_TYPED_TEST_SUITE_P(LoopEndContract,
                            ALoopMayBeStoppedAndDestroyedWithWorkLeft,
                            WatchesAndTimersMayOutliveTheLoop,
                            WhatIsLeftIsDestroyedUncalled,
                            CallbacksMayOwnWatchesAndTimers,
                            WhatIsDestroyedMayUseTheLoop,
                            NothingCanBeWatchedAtTheEnd);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOOP_END_CONTRACT_H_
