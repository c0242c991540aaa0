// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopTimers: the timers of an adapter of EventLoop.
//
// Keeps them by their deadlines and rings those that are due; the adapter has
// its loop call RingDue() when the next one is, and after whatever else may
// have taken long. One thread. Setting a timer again allocates nothing. A timer
// whose callback throws has rung, the others still ring.
//
//   LoopTimers timers([&](MonotonicTime next) { WakeTheLoopUpAt(next); });
//   std::unique_ptr<Timer> timer = timers.Make([&] { GiveUp(); });
//   ...  // and from the loop:
//   timers.RingDue();

#ifndef FORKRPC_EVENT_LOOP_LOOP_TIMERS_H_
#define FORKRPC_EVENT_LOOP_LOOP_TIMERS_H_

#include <map>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/ring.h"

namespace forkrpc {

// Invariants:
//  1. A timer is in set_ iff it is set, under the time at which it may ring.
//  2. Every timer is in timers_ until it is destroyed or the loop is closed.
class LoopTimers {
 public:
  // `on_next` is called when the next deadline has become another one, also
  // from within RingDue().
  explicit LoopTimers(absl::AnyInvocable<void(MonotonicTime next)> on_next)
      : on_next_(std::move(on_next)) {}

  std::unique_ptr<Timer> Make(EventLoop::Task callback);

  // The earliest deadline; InfiniteFuture if no timer is set.
  MonotonicTime next() const {
    return set_.empty() ? MonotonicTime::InfiniteFuture() : set_.begin()->first;
  }

  // Rings the timers that are due now, by deadline. One that is set meanwhile
  // waits for the next time, so that timers which set timers end somewhere.
  void RingDue() {
    if (!set_.empty()) RingDueOfSome();
  }

  // Destroys all callbacks. Timers that are there, and those that are made from
  // now on, do nothing.
  void Close();

 private:
  class OneTimer;
  struct State;
  using ByTime = std::multimap<MonotonicTime, State*>;

  void RingDueOfSome();
  void Set(State* state, MonotonicTime deadline);
  void Unset(State* state);

  absl::AnyInvocable<void(MonotonicTime)> on_next_;
  ByTime set_;
  Ring<OneTimer> timers_;
  // A timer that is set while others ring may not ring before.
  MonotonicTime not_before_ = MonotonicTime::InfinitePast();
  bool closed_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOOP_TIMERS_H_
