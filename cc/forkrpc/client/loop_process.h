// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopProcess: a worker's process, looked after on an event loop.
//
// Reads what the process writes to standard error and hands it on, and finds
// out when the process has ended: as soon as the kernel tells, and at most 50
// ms later where it must be asked. Nothing here waits, but for AwaitEnd() and
// the destructor. One thread, that of the loop; the user's on_stderr is called
// from the loop only, and what it throws leaves through there with nothing
// lost. Not for users.
//
//   LoopProcess watched(std::move(process), loop, [&] { Look(); });
//   absl::Status status = watched.Start();

#ifndef FORKRPC_CLIENT_LOOP_PROCESS_H_
#define FORKRPC_CLIENT_LOOP_PROCESS_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/process/worker_process.h"

namespace forkrpc {

// Invariants:
//  1. exit_watch_ watches process()->pidfd() iff that is not -1; the same of
//     stderr_watch_ and stderr_fd().
//  2. timer_ is set to the next time at which there is something to do.
class LoopProcess {
 public:
  // `on_end` is called from the loop once the process has ended and was reaped,
  // and again if what it wrote to standard error was pending until later. It
  // may not destroy this object.
  LoopProcess(std::unique_ptr<WorkerProcess> process, EventLoop* loop,
              absl::AnyInvocable<void()> on_end);
  LoopProcess(const LoopProcess&) = delete;
  LoopProcess& operator=(const LoopProcess&) = delete;

  // Begins to watch. Errors: those of EventLoop::WatchFd.
  absl::Status Start();

  WorkerProcess* get() const { return process_.get(); }
  WorkerProcess* operator->() const { return process_.get(); }

  bool ended() const { return process_->exit_status().has_value(); }
  // Whether the process has ended and what it wrote has been handed on, or has
  // waited for long enough: the destructor would not wait.
  bool settled() const;

  // For the end of the loop: waits until the process has ended, to `deadline`
  // at most. Calls nobody.
  void AwaitEnd(MonotonicTime deadline);

 private:
  enum class News { kRuns, kEnded, kSettled };

  News news() const {
    if (!ended()) return News::kRuns;
    return settled() ? News::kSettled : News::kEnded;
  }
  // The loop says that something is to be looked at.
  void OnReady();
  // Sees to the invariants.
  void Arrange();
  absl::Status Watch(int fd, std::unique_ptr<FdWatch>* watch);

  const std::unique_ptr<WorkerProcess> process_;
  EventLoop* const loop_;
  absl::AnyInvocable<void()> on_end_;
  std::unique_ptr<FdWatch> exit_watch_;
  std::unique_ptr<FdWatch> stderr_watch_;
  std::unique_ptr<Timer> timer_;
  News told_ = News::kRuns;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_LOOP_PROCESS_H_
