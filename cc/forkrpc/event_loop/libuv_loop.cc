// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/libuv_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/event_loop/loop_tasks.h"

namespace forkrpc {
namespace {

// libuv only fails here when memory has run out.
void MustWork(int result) {
  if (result != 0) abort();
}

template <typename Handle>
uv_handle_t* AsHandle(Handle* handle) {
  return reinterpret_cast<uv_handle_t*>(handle);
}

unsigned ReadinessOf(int events) {
  return (events & UV_READABLE ? EventLoop::kReadable : 0u) |
         (events & UV_WRITABLE ? EventLoop::kWritable : 0u);
}

int EventsOf(unsigned readiness) {
  return (readiness & EventLoop::kReadable ? UV_READABLE : 0) |
         (readiness & EventLoop::kWritable ? UV_WRITABLE : 0);
}

class UvWatch final : public FdWatch {
 public:
  static absl::StatusOr<std::unique_ptr<FdWatch>> Make(
      uv_loop_t* loop, int fd, EventLoop::FdCallback callback) {
    // libuv makes the descriptor non-blocking; its mode may be shared with
    // other processes, and polling does not need it.
    const int flags = fcntl(fd, F_GETFL);
    auto state = std::make_unique<State>();
    const int result =
        flags < 0 ? -errno : uv_poll_init(loop, &state->handle, fd);
    if (result != 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          "descriptor ", fd, " cannot be waited for: ", uv_strerror(result)));
    }
    if ((flags & O_NONBLOCK) == 0) fcntl(fd, F_SETFL, flags);
    state->callback = std::move(callback);
    state->handle.data = state.get();
    return std::unique_ptr<FdWatch>(new UvWatch(state.release()));
  }

  // What is captured stays until libuv lets go: this may run inside of it.
  ~UvWatch() override {
    state_->interest = 0;
    uv_close(AsHandle(&state_->handle), [](uv_handle_t* handle) {
      delete static_cast<State*>(handle->data);
    });
  }

  void SetInterest(unsigned interest) override {
    if (interest == state_->interest) return;
    state_->interest = interest;
    Start(state_);
  }

 private:
  struct State {
    uv_poll_t handle;
    EventLoop::FdCallback callback;
    unsigned interest = 0;
  };

  explicit UvWatch(State* state) : state_(state) {}

  static void Start(State* state) {
    if (state->interest == 0) {
      uv_poll_stop(&state->handle);
      return;
    }
    MustWork(uv_poll_start(&state->handle, EventsOf(state->interest),
                           [](uv_poll_t* handle, int status, int events) {
                             auto* const state =
                                 static_cast<State*>(handle->data);
                             if (status == 0) {
                               state->callback(ReadinessOf(events));
                               return;
                             }
                             // libuv has stopped the watch. The user finds out
                             // by reading or writing; who goes on waiting is
                             // called again, as poll() would.
                             state->callback(state->interest);
                             if (!uv_is_closing(AsHandle(handle)) &&
                                 !uv_is_active(AsHandle(handle))) {
                               Start(state);
                             }
                           }));
  }

  State* const state_;
};

class UvTimer final : public Timer {
 public:
  // `ringing` says whether the callback of one of the loop's timers is running;
  // it stays as long as the loop.
  UvTimer(uv_loop_t* loop, bool* ringing, EventLoop::Task callback)
      : state_(new State) {
    MustWork(uv_timer_init(loop, &state_->handle));
    state_->ringing = ringing;
    state_->handle.data = state_;
    state_->callback = std::move(callback);
  }

  ~UvTimer() override {
    uv_close(AsHandle(&state_->handle), [](uv_handle_t* handle) {
      delete static_cast<State*>(handle->data);
    });
  }

  void Set(MonotonicTime deadline) override {
    state_->deadline = deadline;
    Start(state_);
  }

 private:
  struct State {
    uv_timer_t handle;
    EventLoop::Task callback;
    MonotonicTime deadline;
    bool* ringing;
  };

  static void Start(State* state) {
    if (state->deadline == MonotonicTime::InfiniteFuture()) {
      uv_timer_stop(&state->handle);
      return;
    }
    const absl::Duration left = state->deadline - MonotonicNow();
    // libuv rings timers until none is due: one that is set by another, for at
    // once, has to wait for a turn, so that descriptors get theirs.
    const absl::Duration soonest =
        *state->ringing ? absl::Milliseconds(1) : absl::ZeroDuration();
    MustWork(uv_timer_start(
        &state->handle,
        [](uv_timer_t* handle) {
          auto* const state = static_cast<State*>(handle->data);
          // The loop's time is that of its last turn, in whole milliseconds.
          if (MonotonicNow() < state->deadline) {
            Start(state);
          } else {
            *state->ringing = true;
            state->callback();
            *state->ringing = false;
          }
        },
        static_cast<uint64_t>(absl::ToInt64Milliseconds(
            absl::Ceil(std::max(left, soonest), absl::Milliseconds(1)))),
        0));
  }

  State* const state_;
};

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

// Deferred tasks run in two places of a turn: behind the descriptors, where
// most are made, and before the loop waits. Tasks that these make in turn run
// in the next turn, which `idle` makes come without waiting.
struct LibuvLoop::Tasks {
  uv_async_t async;
  uv_prepare_t prepare;
  uv_check_t check;
  uv_idle_t idle;
  int open_handles = 4;
  bool timer_is_ringing = false;

  LoopTasks queue;

  explicit Tasks(uv_loop_t* loop) {
    MustWork(uv_async_init(loop, &async, [](uv_async_t* handle) {
      static_cast<Tasks*>(handle->data)->queue.RunPosted();
    }));
    uv_prepare_init(loop, &prepare);
    uv_check_init(loop, &check);
    uv_idle_init(loop, &idle);
    async.data = prepare.data = check.data = idle.data = this;
    uv_prepare_start(&prepare, [](uv_prepare_t* handle) {
      static_cast<Tasks*>(handle->data)->RunDeferred();
    });
    uv_check_start(&check, [](uv_check_t* handle) {
      static_cast<Tasks*>(handle->data)->RunDeferred();
    });
    uv_unref(AsHandle(&prepare));
    uv_unref(AsHandle(&check));
  }

  void RunDeferred() {
    if (!queue.has_deferred()) return;
    queue.RunDeferred();
    if (queue.has_deferred()) {
      MakeNextTurnCome();
    } else {
      uv_idle_stop(&idle);
    }
  }

  void MakeNextTurnCome() {
    uv_idle_start(&idle, [](uv_idle_t*) {});
  }

  // Deletes itself when libuv has let go of all.
  void Close() {
    queue.Clear();
    const auto closed = [](uv_handle_t* handle) {
      auto* const tasks = static_cast<Tasks*>(handle->data);
      if (--tasks->open_handles == 0) delete tasks;
    };
    uv_close(AsHandle(&async), closed);
    uv_close(AsHandle(&prepare), closed);
    uv_close(AsHandle(&check), closed);
    uv_close(AsHandle(&idle), closed);
  }
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
      tasks_(new Tasks(loop_)) {}

LibuvLoop::LibuvLoop(uv_loop_t* loop) : loop_(loop), tasks_(new Tasks(loop)) {
  uv_unref(AsHandle(&tasks_->async));
}

LibuvLoop::~LibuvLoop() {
  TellEnd();
  tasks_->Close();
  if (own_loop_ == nullptr) return;
  // Only handles that are being closed are left.
  while (uv_run(loop_, UV_RUN_NOWAIT) != 0) {
  }
  MustWork(uv_loop_close(loop_));
}

void LibuvLoop::Run() { uv_run(loop_, UV_RUN_DEFAULT); }

void LibuvLoop::Stop() { uv_stop(loop_); }

absl::StatusOr<std::unique_ptr<FdWatch>> LibuvLoop::WatchFd(
    int fd, FdCallback callback) {
  return UvWatch::Make(loop_, fd, std::move(callback));
}

std::unique_ptr<Timer> LibuvLoop::MakeTimer(Task callback) {
  return std::make_unique<UvTimer>(loop_, &tasks_->timer_is_ringing,
                                   std::move(callback));
}

void LibuvLoop::Defer(Task task) {
  // Before the loop waits next it runs `prepare`, so nothing needs waking up. A
  // loop of the program's that has nothing else to do would not even start.
  if (own_loop_ == nullptr) tasks_->MakeNextTurnCome();
  tasks_->queue.Defer(std::move(task));
}

void LibuvLoop::Post(Task task) {
  if (tasks_->queue.Post(std::move(task))) uv_async_send(&tasks_->async);
}

}  // namespace forkrpc
