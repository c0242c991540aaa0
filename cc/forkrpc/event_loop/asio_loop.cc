// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/asio_loop.h"

#include <fcntl.h>

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/watchable_fd.h"

namespace forkrpc {
namespace {

using Descriptor = asio::posix::stream_descriptor;

class AsioWatch final : public FdWatch {
 public:
  static absl::StatusOr<std::unique_ptr<FdWatch>> Make(
      asio::io_context* io, int fd, EventLoop::FdCallback callback) {
    const absl::Status watchable = CheckWatchable(fd);
    if (!watchable.ok()) return watchable;
    auto state = std::make_shared<State>(io, std::move(callback));
    const int flags = fcntl(fd, F_GETFL);
    asio::error_code error;
    state->descriptor.assign(fd, error);
    // Asio would make it non-blocking when it first waits. The mode may be
    // shared with other processes, and waiting does not need it: let Asio
    // believe that it is.
    if (!error) state->descriptor.native_non_blocking(true, error);
    if ((flags & O_NONBLOCK) == 0) fcntl(fd, F_SETFL, flags);
    auto watch = absl::WrapUnique(new AsioWatch(std::move(state)));
    if (error) {
      return absl::FailedPreconditionError(absl::StrCat(
          "descriptor ", fd, " cannot be waited for: ", error.message()));
    }
    return watch;
  }

  // Asio keeps the state until it has said that its waits are cancelled; what
  // is captured stays as long, since this may run inside of it.
  ~AsioWatch() override {
    state_->interest = 0;
    if (state_->descriptor.is_open()) state_->descriptor.release();
  }

  void SetInterest(unsigned interest) override {
    state_->interest = interest;
    // A wait that is no longer wanted would keep io_context::run() from
    // returning. One of two may stay: what it finds is not told.
    if (interest == 0 && state_->armed != 0) {
      asio::error_code ignored;
      state_->descriptor.cancel(ignored);
    }
    Arm(state_);
  }

 private:
  struct State {
    State(asio::io_context* io, EventLoop::FdCallback to_call)
        : descriptor(*io), callback(std::move(to_call)) {}
    Descriptor descriptor;
    EventLoop::FdCallback callback;
    unsigned interest = 0;
    unsigned armed = 0;  // what Asio waits for
  };

  explicit AsioWatch(std::shared_ptr<State> state) : state_(std::move(state)) {}

  static void Arm(const std::shared_ptr<State>& state) {
    for (const unsigned one : {EventLoop::kReadable, EventLoop::kWritable}) {
      if ((state->interest & ~state->armed & one) == 0) continue;
      state->armed |= one;
      state->descriptor.async_wait(one == EventLoop::kReadable
                                       ? Descriptor::wait_read
                                       : Descriptor::wait_write,
                                   [state, one](const asio::error_code& error) {
                                     OnReady(state, one, error);
                                   });
    }
  }

  static void OnReady(const std::shared_ptr<State>& state, unsigned one,
                      const asio::error_code& error) {
    state->armed &= ~one;
    // Other errors are for the user to find, by reading or writing.
    if (error != asio::error::operation_aborted &&
        (state->interest & one) != 0) {
      state->callback(one);
    }
    Arm(state);
  }

  const std::shared_ptr<State> state_;
};

class AsioTimer final : public Timer {
 public:
  AsioTimer(asio::io_context* io, EventLoop::Task callback)
      : state_(std::make_shared<State>(io, std::move(callback))) {}
  ~AsioTimer() override {
    ++state_->setting;
    asio::error_code ignored;
    state_->timer.cancel(ignored);
  }

  void Set(MonotonicTime deadline) override {
    const uint64_t setting = ++state_->setting;
    if (deadline == MonotonicTime::InfiniteFuture()) {
      state_->timer.cancel();
      return;
    }
    // MonotonicNow() counts from the same moment as this clock.
    const absl::Duration since_start =
        std::max(deadline - MonotonicTime(), absl::ZeroDuration());
    state_->timer.expires_at(
        std::chrono::steady_clock::time_point(absl::ToChronoNanoseconds(
            absl::Ceil(since_start, absl::Nanoseconds(1)))));
    state_->timer.async_wait(
        [state = state_, setting](const asio::error_code& error) {
          // It may have been due, and set anew before this ran.
          if (!error && setting == state->setting) state->callback();
        });
  }

 private:
  struct State {
    State(asio::io_context* io, EventLoop::Task to_call)
        : timer(*io), callback(std::move(to_call)) {}
    asio::steady_timer timer;
    EventLoop::Task callback;
    uint64_t setting = 0;  // counts Set()
  };

  const std::shared_ptr<State> state_;
};

}  // namespace

AsioLoop::AsioLoop()
    // One thread runs it: no locking where Asio can do without.
    : own_io_(std::make_unique<asio::io_context>(1)),
      io_(own_io_.get()),
      tasks_(std::make_shared<LoopTasks>()) {}

AsioLoop::AsioLoop(asio::io_context* io)
    : io_(io), tasks_(std::make_shared<LoopTasks>()) {}

AsioLoop::~AsioLoop() {
  TellEnd();
  tasks_->Clear();
}

void AsioLoop::Run() {
  const auto go_on = asio::make_work_guard(*io_);
  io_->restart();
  io_->run();
}

void AsioLoop::Stop() { io_->stop(); }

absl::StatusOr<std::unique_ptr<FdWatch>> AsioLoop::WatchFd(
    int fd, FdCallback callback) {
  return AsioWatch::Make(io_, fd, std::move(callback));
}

std::unique_ptr<Timer> AsioLoop::MakeTimer(Task callback) {
  return std::make_unique<AsioTimer>(io_, std::move(callback));
}

void AsioLoop::Defer(Task task) {
  if (!tasks_->Defer(std::move(task))) return;
  asio::post(*io_, [tasks = tasks_] { tasks->RunDeferred(); });
}

void AsioLoop::Post(Task task) {
  if (!tasks_->Post(std::move(task))) return;
  asio::post(*io_, [tasks = tasks_] { tasks->RunPosted(); });
}

}  // namespace forkrpc
