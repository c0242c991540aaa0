// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopCore: what all adapters of EventLoop do alike.
//
// Has the loop's tasks, timers and watches, and owns them: whatever the user
// still has when the loop is destroyed is closed here. What differs from loop
// to loop is behind NativeLoop. One thread, but for Post(); a callback's
// exception passes through.
//
//   LoopCore core(&native);
//   auto watch = core.WatchFd(fd, std::move(callback));
//   ...  // and from the native loop:
//   core.TellReady(callback, EventLoop::kReadable);
//   core.RunTasks();

#ifndef FORKRPC_EVENT_LOOP_LOOP_CORE_H_
#define FORKRPC_EVENT_LOOP_LOOP_CORE_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/loop_tasks.h"
#include "forkrpc/event_loop/loop_timers.h"
#include "forkrpc/event_loop/loop_watch.h"
#include "forkrpc/event_loop/ring.h"

namespace forkrpc {

// What a LoopCore needs of the loop that an adapter is laid over.
class NativeLoop {
 public:
  virtual ~NativeLoop() = default;

  // Watches a descriptor that the kernel can wait for; the callback is called
  // by LoopCore::TellReady().
  virtual absl::StatusOr<std::unique_ptr<LoopWatch>> Watch(
      int fd, EventLoop::FdCallback callback) = 0;
  // The loop is to call RunTasks() before it next waits.
  virtual void TurnSoon() = 0;
  // The same from any thread, with TakePosted() before.
  virtual void Wake() = 0;
  // The loop is to call RingTimers() at `next`, or before; InfiniteFuture: not
  // at all. Replaces what was said before.
  virtual void RingAt(MonotonicTime next) = 0;
};

class LoopCore {
 public:
  explicit LoopCore(NativeLoop* native);

  // The functions of EventLoop.
  absl::StatusOr<std::unique_ptr<FdWatch>> WatchFd(
      int fd, EventLoop::FdCallback callback);
  std::unique_ptr<Timer> MakeTimer(EventLoop::Task callback) {
    return timers_.Make(std::move(callback));
  }
  void Defer(EventLoop::Task task) {
    if (tasks_.Defer(std::move(task))) native_->TurnSoon();
  }
  void Post(EventLoop::Task task) {
    if (tasks_.Post(std::move(task))) native_->Wake();
  }

  // Calls the callback of a watch, and the timers that have become due: many
  // descriptors that are ready do not keep them waiting.
  void TellReady(EventLoop::FdCallback& callback, unsigned ready) {
    callback(ready);
    timers_.RingDue();
  }
  void RingTimers() { timers_.RingDue(); }
  MonotonicTime next_timer() const { return timers_.next(); }

  bool has_tasks() const { return tasks_.any(); }
  void TakePosted() { tasks_.TakePosted(); }
  // Runs those that are there, for 2 ms and not more if there are many.
  void RunTasks() {
    tasks_.Run();
    timers_.RingDue();
  }

  // Destroys what is left, calling nothing. The native loop must still be there
  // and may then go, whatever the user still has. Comes once, outside of all
  // callbacks.
  void Close();

 private:
  NativeLoop* const native_;
  LoopTasks tasks_;
  LoopTimers timers_;
  Ring<LoopWatch> watches_;
  bool closed_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOOP_CORE_H_
