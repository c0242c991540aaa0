// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/libuv_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/event_loop/callback_boundary.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/low_descriptors.h"
#include "forkrpc/event_loop/uv_tasks.h"
#include "forkrpc/event_loop/uv_timer.h"
#include "forkrpc/event_loop/uv_watch.h"

namespace forkrpc {
namespace {

// Where there are too few descriptors, libuv aborts in a process' first loop
// and loses some in later ones. So they are asked for before: more than a loop
// takes. If another thread is quicker in between, it is as libuv has it.
absl::Status HaveDescriptors() {
  constexpr int kPipes = 4;
  OwnedFd ends[2 * kPipes];
  for (int i = 0; i < kPipes; ++i) {
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) != 0) {
      return ErrnoStatus(errno, "cannot make an event loop");
    }
    ends[2 * i].Reset(pipe[0]);
    ends[2 * i + 1].Reset(pipe[1]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<uv_loop_t>> MakeUvLoop() {
  const LowDescriptors low;
  if (absl::Status status = HaveDescriptors(); !status.ok()) return status;
  auto loop = std::make_unique<uv_loop_t>();
  const int error = uv_loop_init(loop.get());
  // libuv's errors are those of the system, negative.
  if (error != 0) return ErrnoStatus(-error, "cannot make an event loop");
  return loop;
}

std::unique_ptr<uv_loop_t> MakeUvLoopOrEnd() {
  absl::StatusOr<std::unique_ptr<uv_loop_t>> loop = MakeUvLoop();
  if (!loop.ok()) {
    std::fprintf(stderr, "forkrpc: %s\n", loop.status().ToString().c_str());
    abort();
  }
  return *std::move(loop);
}

}  // namespace

class LibuvLoop::Native final : public NativeLoop {
 public:
  Native(uv_loop_t* loop, UvTasks::Keeping keeping)
      : loop_(loop),
        boundary_([loop] { uv_stop(loop); }),
        core_(this),
        tasks_(loop, keeping, &core_, &boundary_),
        timer_(loop, &core_, &boundary_) {}

  LoopCore* core() { return &core_; }
  void Run() {
    boundary_.RunLoop([this] { uv_run(loop_, UV_RUN_DEFAULT); });
  }
  void Stop() { boundary_.Stop(); }

  absl::StatusOr<std::unique_ptr<LoopWatch>> Watch(
      int fd, FdCallback callback) override {
    return UvWatch::Make(loop_, &core_, &boundary_, fd, std::move(callback));
  }
  void TurnSoon() override { tasks_.TurnSoon(); }
  void Wake() override { tasks_.Wake(); }
  void RingAt(MonotonicTime next) override { timer_.RingAt(next); }

 private:
  uv_loop_t* const loop_;
  CallbackBoundary boundary_;
  LoopCore core_;
  UvTasks tasks_;
  UvTimer timer_;
};

absl::StatusOr<std::unique_ptr<LibuvLoop>> LibuvLoop::Create() {
  absl::StatusOr<std::unique_ptr<uv_loop_t>> loop = MakeUvLoop();
  if (!loop.ok()) return loop.status();
  return absl::WrapUnique(new LibuvLoop(*std::move(loop)));
}

LibuvLoop::LibuvLoop() : LibuvLoop(MakeUvLoopOrEnd()) {}

LibuvLoop::LibuvLoop(std::unique_ptr<uv_loop_t> own_loop)
    : own_loop_(std::move(own_loop)),
      loop_(own_loop_.get()),
      native_(std::make_unique<Native>(loop_, UvTasks::kKeepsRunning)) {}

LibuvLoop::LibuvLoop(uv_loop_t* loop)
    : loop_(loop),
      native_(std::make_unique<Native>(loop_, UvTasks::kLetsEnd)) {}

LibuvLoop::~LibuvLoop() {
  TellEnd();
  // What is destroyed here may call this loop.
  native_->core()->Close();
  native_ = nullptr;
  if (own_loop_ == nullptr) return;
  // All handles are being closed, and call nobody.
  while (uv_run(loop_, UV_RUN_NOWAIT) != 0) {
  }
  if (uv_loop_close(loop_) != 0) abort();
}

void LibuvLoop::Run() { native_->Run(); }

void LibuvLoop::Stop() { native_->Stop(); }

absl::StatusOr<std::unique_ptr<FdWatch>> LibuvLoop::WatchFd(
    int fd, FdCallback callback) {
  return native_->core()->WatchFd(fd, std::move(callback));
}

std::unique_ptr<Timer> LibuvLoop::MakeTimer(Task callback) {
  return native_->core()->MakeTimer(std::move(callback));
}

void LibuvLoop::Defer(Task task) { native_->core()->Defer(std::move(task)); }

void LibuvLoop::Post(Task task) { native_->core()->Post(std::move(task)); }

}  // namespace forkrpc
