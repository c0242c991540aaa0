// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FairnessContract: what every EventLoop does under a flood.
//
// A part of event_loop_contract.h, which says how a loop's test gets it.

#ifndef FORKRPC_EVENT_LOOP_FAIRNESS_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_FAIRNESS_CONTRACT_H_

#include <stdio.h>
#include <time.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/event_loop_test_base.h"
#include "gtest/gtest.h"

namespace forkrpc {

// How late something is, is counted in processor time of the loop's thread: on
// a busy machine the kernel may make it later.
template <typename Harness>
class FairnessContract : public EventLoopTestBase<Harness> {
 protected:
  static constexpr absl::Duration kLate = absl::Milliseconds(10);

  static absl::Duration Used() {
    timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return absl::DurationFromTimespec(used);
  }

  // One callback of the flood.
  void Burn(absl::Duration work) {
    const absl::Duration until = Used() + work;
    while (Used() < until) {
    }
    if (MonotonicNow() >= due_ && !used_when_due_.has_value()) {
      used_when_due_ = Used();
    }
  }

  // Runs the flood until a timer rings that is set for in 20 ms.
  void ExpectTheTimerInTime() {
    auto timer = this->loop()->MakeTimer([this] { InTime(); });
    due_ = MonotonicNow() + absl::Milliseconds(20);
    timer->Set(due_);
    this->Run();
    over_ = true;
  }
  void InTime() {
    if (used_when_due_.has_value()) {
      EXPECT_LT(Used() - *used_when_due_, kLate);
    }
    over_ = true;
    this->Done();
  }

  // Tasks that defer themselves until it is over.
  void Circulate(int tasks, absl::Duration work) {
    again_ = [this, work] {
      if (over_) return;
      Burn(work);
      this->loop()->Defer(again_);
    };
    for (int i = 0; i < tasks; ++i) this->loop()->Defer(again_);
  }

  MonotonicTime due_ = MonotonicTime::InfiniteFuture();
  std::optional<absl::Duration> used_when_due_;
  bool over_ = false;
  std::function<void()> again_;
};

TYPED_TEST_SUITE_P(FairnessContract);

TYPED_TEST_P(FairnessContract, ManyDeferredTasksKeepNoTimerWaiting) {
  int left = 3000;
  for (int i = 0; i < 3000; ++i) {
    this->loop()->Defer([&] {
      --left;
      if (!this->over_) this->Burn(absl::Microseconds(100));
    });
  }
  this->ExpectTheTimerInTime();
  this->RunForAWhile();
  EXPECT_EQ(left, 0) << "the rest has to come, too";
}

TYPED_TEST_P(FairnessContract, ManyPostedTasksKeepNoTimerWaiting) {
  int left = 3000;
  for (int i = 0; i < 3000; ++i) {
    this->loop()->Post([&] {
      --left;
      if (!this->over_) this->Burn(absl::Microseconds(100));
    });
  }
  this->ExpectTheTimerInTime();
  this->RunForAWhile();
  EXPECT_EQ(left, 0) << "the rest has to come, too";
}

TYPED_TEST_P(FairnessContract, TasksThatDeferTasksKeepNoTimerWaiting) {
  this->Circulate(100, absl::Milliseconds(1));
  this->ExpectTheTimerInTime();
  this->RunForAWhile();
}

TYPED_TEST_P(FairnessContract, ManyReadyDescriptorsKeepNoTimerWaiting) {
  constexpr int kMany = 100;
  typename TestFixture::Sockets sockets[kMany];
  std::vector<std::unique_ptr<FdWatch>> watches;
  for (auto& pair : sockets) {
    pair = this->MakeSockets();
    this->Send(pair.theirs);
    watches.push_back(
        this->Watch(pair.ours.get(), EventLoop::kReadable,
                    [this](unsigned) { this->Burn(absl::Milliseconds(1)); }));
  }
  this->ExpectTheTimerInTime();
}

TYPED_TEST_P(FairnessContract, ManyFilesKeepNoTimerWaiting) {
  constexpr int kMany = 100;
  FILE* files[kMany];
  std::vector<std::unique_ptr<FdWatch>> watches;
  for (FILE*& file : files) {
    file = tmpfile();
    ASSERT_NE(file, nullptr);
    watches.push_back(
        this->Watch(fileno(file), EventLoop::kReadable,
                    [this](unsigned) { this->Burn(absl::Milliseconds(1)); }));
  }
  this->ExpectTheTimerInTime();
  watches.clear();
  for (FILE* file : files) fclose(file);
}

// A descriptor becomes ready while tasks circulate.
TYPED_TEST_P(FairnessContract, TasksKeepNoDescriptorWaiting) {
  auto sockets = this->MakeSockets();
  auto watch = this->Watch(sockets.ours.get(), EventLoop::kReadable,
                           [this](unsigned) { this->InTime(); });
  this->Circulate(100, absl::Milliseconds(1));
  this->loop()->Defer([&] {
    this->Send(sockets.theirs);
    this->due_ = MonotonicNow();
  });
  this->Run();
  watch.reset();
  this->RunForAWhile();
}

// Each by itself would fill the time between two turns.
TYPED_TEST_P(FairnessContract, AFloodOfAllKeepsNoTimerWaiting) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable,
                  [this](unsigned) { this->Burn(absl::Microseconds(500)); });
  std::unique_ptr<Timer> timers[3];
  for (auto& timer : timers) {
    timer = this->loop()->MakeTimer([this, &timer] {
      this->Burn(absl::Microseconds(300));
      timer->Set(MonotonicNow());
    });
    timer->Set(MonotonicNow());
  }
  std::function<void()> post = [&] {
    if (this->over_) return;
    this->Burn(absl::Microseconds(500));
    this->loop()->Post(post);
  };
  for (int i = 0; i < 10; ++i) post();
  this->Circulate(10, absl::Microseconds(500));
  this->ExpectTheTimerInTime();
  for (auto& timer : timers) timer.reset();
  watch.reset();
  this->RunForAWhile();
}

REGISTER_TYPED_TEST_SUITE_P(
    FairnessContract, ManyDeferredTasksKeepNoTimerWaiting,
    ManyPostedTasksKeepNoTimerWaiting, TasksThatDeferTasksKeepNoTimerWaiting,
    ManyReadyDescriptorsKeepNoTimerWaiting, ManyFilesKeepNoTimerWaiting,
    TasksKeepNoDescriptorWaiting, AFloodOfAllKeepsNoTimerWaiting);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_FAIRNESS_CONTRACT_H_
