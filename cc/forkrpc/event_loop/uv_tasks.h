// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// UvTasks: has libuv run the tasks of a loop.
//
// Deferred tasks run in two places of a turn: behind the descriptors, where
// most are made, and before the loop waits. Tasks that these make in turn run
// in the next turn, which then comes without waiting. A part of LibuvLoop. One
// thread, that of the loop, but for Wake(). Allocates only when it is made.
//
//   UvTasks tasks(loop, UvTasks::kKeepsRunning, &core, &boundary);
//   core.Defer(std::move(task));
//   tasks.TurnSoon();

#ifndef FORKRPC_EVENT_LOOP_UV_TASKS_H_
#define FORKRPC_EVENT_LOOP_UV_TASKS_H_

#include <uv.h>

#include "forkrpc/event_loop/callback_boundary.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/uv_handle.h"

namespace forkrpc {

// Invariant: idle_ is active while there are tasks that no turn is sure to
// come for.
class UvTasks {
 public:
  enum Keeping {
    kKeepsRunning,  // libuv's loop runs until it is stopped
    kLetsEnd,       // it is kept running by tasks alone
  };

  // `core` and `boundary` must stay as long as this.
  UvTasks(uv_loop_t* loop, Keeping keeping, LoopCore* core,
          CallbackBoundary* boundary);

  // Has core's tasks run before the loop next waits.
  void TurnSoon();
  // From any thread: has the posted ones run, and wakes the loop up.
  void Wake() { uv_async_send(async_.get()); }

 private:
  void Run();
  void MakeNextTurnCome();

  const Keeping keeping_;
  LoopCore* const core_;
  CallbackBoundary* const boundary_;
  UvHandle<uv_async_t> async_;
  UvHandle<uv_prepare_t> prepare_;
  UvHandle<uv_check_t> check_;
  UvHandle<uv_idle_t> idle_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_UV_TASKS_H_
