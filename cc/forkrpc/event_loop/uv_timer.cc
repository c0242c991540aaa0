// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/uv_timer.h"

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"

namespace forkrpc {

UvTimer::UvTimer(uv_loop_t* loop, LoopCore* core, CallbackBoundary* boundary)
    : core_(core), boundary_(boundary) {
  MustWork(uv_timer_init(loop, timer_.get()));
  timer_.OpenedBy(this);
}

void UvTimer::RingAt(MonotonicTime next) {
  if (next == MonotonicTime::InfiniteFuture()) {
    armed_ = next;
    uv_timer_stop(timer_.get());
    return;
  }
  if (armed_ <= next) return;  // it rings too early, and is armed anew
  armed_ = next;
  // libuv rings timers until none is due: while this one rings it has to wait
  // for a turn, so that descriptors get theirs.
  const absl::Duration soonest =
      is_ringing_ ? absl::Milliseconds(1) : absl::ZeroDuration();
  const absl::Duration left = std::max(next - MonotonicNow(), soonest);
  // libuv counts whole milliseconds from the beginning of the turn: it may ring
  // too early.
  MustWork(uv_timer_start(
      timer_.get(),
      [](uv_timer_t* timer) {
        UvHandle<uv_timer_t>::OwnerOf<UvTimer>(timer)->OnRing();
      },
      static_cast<uint64_t>(
          absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)))),
      0));
}

void UvTimer::OnRing() {
  armed_ = MonotonicTime::InfiniteFuture();
  is_ringing_ = true;
  boundary_->Call([this] { core_->RingTimers(); });
  RingAt(core_->next_timer());
  is_ringing_ = false;
}

}  // namespace forkrpc
