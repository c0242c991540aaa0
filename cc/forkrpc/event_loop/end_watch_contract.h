// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EndWatchContract: whom every EventLoop tells that it is being destroyed.
//
// A part of event_loop_contract.h, which says how a loop's test gets it.

#ifndef FORKRPC_EVENT_LOOP_END_WATCH_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_END_WATCH_CONTRACT_H_

#include <memory>
#include <string>
#include <vector>

#include "forkrpc/event_loop/ending_loop_test_base.h"
#include "forkrpc/event_loop/event_loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class EndWatchContract : public EndingLoopTestBase<Harness> {};

TYPED_TEST_SUITE_P(EndWatchContract);

TYPED_TEST_P(EndWatchContract, TellsWhoAskedBeforeAnythingIsGone) {
  std::vector<std::string> told;
  std::shared_ptr<void> task(nullptr,
                             [&](void*) { told.push_back("task gone"); });
  this->ending()->Defer([task] {});
  task.reset();
  EventLoop* const loop = this->ending();
  std::unique_ptr<EndWatch> again;
  auto first = loop->WatchEnd([&] {
    told.push_back("first");
    again = loop->WatchEnd([&] { told.push_back("first again"); });
  });
  auto not_told =
      this->ending()->WatchEnd([] { ADD_FAILURE() << "it was destroyed"; });
  std::unique_ptr<EndWatch> self;
  self = this->ending()->WatchEnd([&] {
    self.reset();
    told.push_back("second");
  });
  not_told.reset();
  this->End();
  EXPECT_THAT(told, testing::ElementsAre("first", "second", "first again",
                                         "task gone"));
  first.reset();  // outlives the loop
}

// As a worker does that keeps itself: it lets go of itself, its timer and its
// watch, and what it owns calls the loop.
TYPED_TEST_P(EndWatchContract, WhoIsToldMayUseTheLoopAndLetGo) {
  struct KeepsItself {
    std::shared_ptr<KeepsItself> self;
    std::unique_ptr<FdWatch> watch;
    std::unique_ptr<Timer> timer;
    std::unique_ptr<EndWatch> end;
    std::shared_ptr<UsesALoopAtItsEnd> uses;
  };
  auto sockets = this->MakeSockets();
  auto free = this->MakeSockets();
  int ends = 0;
  std::weak_ptr<KeepsItself> weak;
  {
    auto one = std::make_shared<KeepsItself>();
    weak = one;
    one->self = one;
    one->watch = this->WatchEnding(sockets.ours.get(), [](unsigned) {});
    one->timer = this->ending()->MakeTimer([] {});
    one->uses = std::make_shared<UsesALoopAtItsEnd>(this->ending(),
                                                    free.ours.get(), &ends);
    one->end = this->ending()->WatchEnd([raw = one.get()] {
      const std::shared_ptr<KeepsItself> keep = std::move(raw->self);
    });
  }
  EXPECT_FALSE(weak.expired());
  this->End();
  EXPECT_TRUE(weak.expired());
  EXPECT_EQ(ends, 1);
}

REGISTER_TYPED_TEST_SUITE_P(EndWatchContract, TellsWhoAskedBeforeAnythingIsGone,
                            WhoIsToldMayUseTheLoopAndLetGo);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_END_WATCH_CONTRACT_H_
