// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/loop_process.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/poll.h"

namespace forkrpc {

LoopProcess::LoopProcess(std::unique_ptr<WorkerProcess> process,
                         EventLoop* loop, absl::AnyInvocable<void()> on_end)
    : process_(std::move(process)), loop_(loop), on_end_(std::move(on_end)) {}

absl::Status LoopProcess::Start() {
  timer_ = loop_->MakeTimer([this] { OnReady(); });
  absl::Status watched = Watch(process_->stderr_fd(), &stderr_watch_);
  if (watched.ok()) watched = Watch(process_->pidfd(), &exit_watch_);
  if (watched.ok()) Arrange();
  return watched;
}

absl::Status LoopProcess::Watch(int fd, std::unique_ptr<FdWatch>* watch) {
  if (fd < 0) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<FdWatch>> made =
      loop_->WatchFd(fd, [this](unsigned) { OnReady(); });
  if (!made.ok()) return made.status();
  *watch = *std::move(made);
  (*watch)->SetInterest(EventLoop::kReadable);
  return absl::OkStatus();
}

bool LoopProcess::settled() const {
  return ended() &&
         (process_->NextStderrFlush() == MonotonicTime::InfiniteFuture() ||
          MonotonicNow() >= process_->StderrLingersUntil());
}

void LoopProcess::OnReady() {
  // Also where on_stderr throws: the rest is then seen to in the next turn.
  struct Arranged {
    LoopProcess* const self;
    ~Arranged() { self->Arrange(); }
  } const arranged{this};
  process_->Look();
  process_->DrainStderr();
  if (process_->NextStderrFlush() <= MonotonicNow()) process_->FlushStderr();
  if (news() == told_) return;
  told_ = news();
  on_end_();
}

void LoopProcess::Arrange() {
  // A descriptor that says nothing new would be told of again and again.
  if (process_->pidfd() < 0) exit_watch_ = nullptr;
  if (process_->stderr_fd() < 0) stderr_watch_ = nullptr;
  MonotonicTime next =
      std::min(process_->NextLook(), process_->NextStderrFlush());
  if (news() == News::kEnded) {
    next = std::min(next, process_->StderrLingersUntil());
  }
  timer_->Set(news() == told_ ? next : MonotonicTime::InfinitePast());
}

void LoopProcess::AwaitEnd(MonotonicTime deadline) {
  while (!process_->Look().has_value() && MonotonicNow() < deadline) {
    pollfd fd = {process_->pidfd(), POLLIN, 0};
    if (!PollUntil(absl::MakeSpan(&fd, 1),
                   std::min(deadline, process_->NextLook()))
             .ok()) {
      return;
    }
  }
}

}  // namespace forkrpc
