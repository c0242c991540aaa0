// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// UvTimer: the one timer of libuv that stands for all timers of a loop.
//
// A part of LibuvLoop. One thread, that of the loop. Allocates once.
//
//   UvTimer timer(loop, &core, &boundary);
//   timer.RingAt(MonotonicNow() + absl::Seconds(1));

#ifndef FORKRPC_EVENT_LOOP_UV_TIMER_H_
#define FORKRPC_EVENT_LOOP_UV_TIMER_H_

#include <uv.h>

#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/callback_boundary.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/uv_handle.h"

namespace forkrpc {

// Invariant: libuv's timer is active iff armed_ is finite, and rings then or
// earlier.
class UvTimer {
 public:
  // `core` and `boundary` must stay as long as this.
  UvTimer(uv_loop_t* loop, LoopCore* core, CallbackBoundary* boundary);

  // Has the loop ring `core`'s timers at `next`, or earlier; InfiniteFuture:
  // not at all, and libuv's loop is not kept running.
  void RingAt(MonotonicTime next);

 private:
  void OnRing();

  LoopCore* const core_;
  CallbackBoundary* const boundary_;
  UvHandle<uv_timer_t> timer_;
  MonotonicTime armed_ = MonotonicTime::InfiniteFuture();
  bool is_ringing_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_UV_TIMER_H_
