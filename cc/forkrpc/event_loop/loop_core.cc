// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/loop_core.h"

#include "absl/status/status.h"
#include "forkrpc/event_loop/always_ready_watch.h"
#include "forkrpc/event_loop/how_to_wait.h"

namespace forkrpc {

LoopCore::LoopCore(NativeLoop* native)
    : native_(native),
      timers_([native](MonotonicTime next) { native->RingAt(next); }) {}

absl::StatusOr<std::unique_ptr<FdWatch>> LoopCore::WatchFd(
    int fd, EventLoop::FdCallback callback) {
  if (closed_) return CannotWait(fd, "the loop is being destroyed");
  const absl::StatusOr<Readiness> readiness = HowToWait(fd);
  if (!readiness.ok()) return readiness.status();
  std::unique_ptr<LoopWatch> watch;
  if (*readiness == Readiness::kAlways) {
    watch = std::make_unique<AlwaysReadyWatch>(
        [this](EventLoop::Task task) { Defer(std::move(task)); },
        std::move(callback));
  } else {
    absl::StatusOr<std::unique_ptr<LoopWatch>> native =
        native_->Watch(fd, std::move(callback));
    if (!native.ok()) return native.status();
    watch = *std::move(native);
  }
  watches_.Add(watch.get());
  return watch;
}

void LoopCore::Close() {
  // First, so that what is destroyed below makes nothing new.
  closed_ = true;
  tasks_.Close();
  timers_.Close();
  while (LoopWatch* const watch = watches_.first()) watch->Close();
}

}  // namespace forkrpc
