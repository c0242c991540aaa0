// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/loop_timers.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"

namespace forkrpc {

// What a timer is while it rings, also if its handle is destroyed meanwhile.
// Invariant: `place` is in the set iff `is_set`; else `node` has what was there
// before, so that setting it again allocates nothing.
struct LoopTimers::State : std::enable_shared_from_this<State> {
  EventLoop::Task callback;
  bool is_set = false;
  ByTime::iterator place;
  ByTime::node_type node;
};

// The user's handle. Invariant: timers_ is null once the loop is closed.
class LoopTimers::OneTimer final : public Timer, public RingNode {
 public:
  OneTimer(LoopTimers* timers, EventLoop::Task callback)
      : timers_(timers), state_(std::make_shared<State>()) {
    state_->callback = std::move(callback);
  }
  ~OneTimer() override {
    if (timers_ != nullptr) timers_->Unset(state_.get());
  }
  void Set(MonotonicTime deadline) override {
    if (timers_ != nullptr) timers_->Set(state_.get(), deadline);
  }

  // The callback is destroyed, which may destroy this timer.
  void Close() {
    Leave();
    std::exchange(timers_, nullptr)->Unset(state_.get());
    const std::shared_ptr<State> last = std::move(state_);
  }

 private:
  LoopTimers* timers_;
  std::shared_ptr<State> state_;
};

std::unique_ptr<Timer> LoopTimers::Make(EventLoop::Task callback) {
  auto timer =
      std::make_unique<OneTimer>(closed_ ? nullptr : this, std::move(callback));
  if (!closed_) timers_.Add(timer.get());
  return timer;
}

void LoopTimers::Set(State* state, MonotonicTime deadline) {
  const MonotonicTime before = next();
  if (state->is_set) state->node = set_.extract(state->place);
  state->is_set = deadline != MonotonicTime::InfiniteFuture();
  if (state->is_set) {
    const MonotonicTime when = std::max(deadline, not_before_);
    if (state->node.empty()) {
      state->place = set_.emplace(when, state);
    } else {
      state->node.key() = when;
      state->place = set_.insert(std::move(state->node));
    }
  }
  if (next() != before && !closed_) on_next_(next());
}

void LoopTimers::Unset(State* state) {
  if (state->is_set) Set(state, MonotonicTime::InfiniteFuture());
}

void LoopTimers::RingDueOfSome() {
  const MonotonicTime now = MonotonicNow();
  if (next() > now) return;
  const MonotonicTime outer =
      std::exchange(not_before_, now + absl::Nanoseconds(1));
  // Also if a callback throws.
  const absl::Cleanup restore = [&] {
    not_before_ = outer;
    if (!closed_) on_next_(next());
  };
  while (next() <= now) {
    const std::shared_ptr<State> state =
        set_.begin()->second->shared_from_this();
    state->node = set_.extract(state->place);
    state->is_set = false;
    state->callback();
  }
}

void LoopTimers::Close() {
  closed_ = true;
  while (OneTimer* const timer = timers_.first()) timer->Close();
}

}  // namespace forkrpc
