// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/process_watch.h"

#include <algorithm>

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

void ProcessWatch::OnLook(Found found, MonotonicTime now) {
  if (ended()) return;
  if (found == Found::kEnded) {
    state_ = State::kEnded;
  } else if (state_ == State::kPolled) {
    if (now < next_look_) return;
    interval_ = std::min(interval_ * 2, kLastLook);
    next_look_ = now + interval_;
  } else if (found == Found::kHeld) {
    // The pidfd stays readable and has no more to say.
    state_ = State::kPolled;
    interval_ = kFirstLook;
    next_look_ = now + interval_;
  }
}

void ProcessWatch::OnEndExpected(MonotonicTime now) {
  interval_ = kFirstLook;
  next_look_ = std::min(next_look_, now + interval_);
}

}  // namespace forkrpc
