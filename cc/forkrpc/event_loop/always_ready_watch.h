// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AlwaysReadyWatch: the watch of a file, which is ready whenever it is asked.
//
// Calls back in each turn of the loop while there is an interest, and lets the
// loop wait while there is none. Stands on deferred tasks alone, so that all
// loops do the same. One thread, that of the loop.
//
//   auto watch = std::make_unique<AlwaysReadyWatch>(
//       [loop](EventLoop::Task task) { loop->Defer(std::move(task)); },
//       [&](unsigned ready) { ReadSome(); });
//   watch->SetInterest(EventLoop::kReadable);

#ifndef FORKRPC_EVENT_LOOP_ALWAYS_READY_WATCH_H_
#define FORKRPC_EVENT_LOOP_ALWAYS_READY_WATCH_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/loop_watch.h"

namespace forkrpc {

class AlwaysReadyWatch final : public LoopWatch {
 public:
  using Defer = absl::AnyInvocable<void(EventLoop::Task)>;

  AlwaysReadyWatch(Defer defer, EventLoop::FdCallback callback);
  ~AlwaysReadyWatch() override { Close(); }

  void SetInterest(unsigned interest) override;
  void Close() override;

 private:
  struct State;

  static void Schedule(const std::shared_ptr<State>& state);
  static void Run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  // null once closed
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_ALWAYS_READY_WATCH_H_
