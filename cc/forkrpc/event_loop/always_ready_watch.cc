// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/always_ready_watch.h"

#include <utility>

#include "absl/cleanup/cleanup.h"

namespace forkrpc {

// Invariant: `is_due` iff a task that calls Run() waits in the loop.
struct AlwaysReadyWatch::State {
  Defer defer;
  EventLoop::FdCallback callback;
  unsigned interest = 0;
  bool is_due = false;
};

AlwaysReadyWatch::AlwaysReadyWatch(Defer defer, EventLoop::FdCallback callback)
    : state_(std::make_shared<State>()) {
  state_->defer = std::move(defer);
  state_->callback = std::move(callback);
}

void AlwaysReadyWatch::SetInterest(unsigned interest) {
  if (state_ == nullptr) return;
  state_->interest = interest;
  Schedule(state_);
}

void AlwaysReadyWatch::Close() {
  Leave();
  // While the callback runs, the task has the state too.
  const std::shared_ptr<State> state = std::move(state_);
  if (state != nullptr) state->interest = 0;
}

void AlwaysReadyWatch::Schedule(const std::shared_ptr<State>& state) {
  if (state->interest == 0 || state->is_due) return;
  state->is_due = true;
  // Weak: what the callback has captured ends with the watch.
  state->defer([weak = std::weak_ptr<State>(state)] {
    if (const std::shared_ptr<State> state = weak.lock()) Run(state);
  });
}

void AlwaysReadyWatch::Run(const std::shared_ptr<State>& state) {
  state->is_due = false;
  // Also if the callback throws.
  const absl::Cleanup again = [&state] { Schedule(state); };
  if (state->interest != 0) state->callback(state->interest);
}

}  // namespace forkrpc
