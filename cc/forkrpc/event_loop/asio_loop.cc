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
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/how_to_wait.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/low_descriptors.h"

namespace forkrpc {
namespace {

using Descriptor = asio::posix::stream_descriptor;

// Invariant: state_ is null once closed.
class AsioWatch final : public LoopWatch {
 public:
  static absl::StatusOr<std::unique_ptr<LoopWatch>> Make(
      asio::io_context* io, LoopCore* core, int fd,
      EventLoop::FdCallback callback) {
    auto state = std::make_shared<State>(io, core, std::move(callback));
    auto watch = absl::WrapUnique<LoopWatch>(new AsioWatch(state));
    const int flags = fcntl(fd, F_GETFL);
    asio::error_code error;
    state->descriptor->assign(fd, error);
    // Asio would make it non-blocking when it first waits. The mode may be
    // shared with other processes, and waiting does not need it: let Asio
    // believe that it is.
    if (!error) state->descriptor->native_non_blocking(true, error);
    if ((flags & O_NONBLOCK) == 0) fcntl(fd, F_SETFL, flags);
    if (error) return CannotWait(fd, error.message());
    return watch;
  }

  ~AsioWatch() override { Close(); }

  void SetInterest(unsigned interest) override {
    if (state_ == nullptr) return;
    state_->interest = interest;
    // A wait that is no longer wanted would keep io_context::run() from
    // returning. One of two may stay: what it finds is not told.
    if (interest == 0 && state_->armed != 0) {
      asio::error_code ignored;
      state_->descriptor->cancel(ignored);
    }
    Arm(state_);
  }

  void Close() override {
    Leave();
    const std::shared_ptr<State> state = std::move(state_);
    if (state == nullptr) return;
    state->interest = 0;
    if (state->descriptor->is_open()) state->descriptor->release();
    // Asio keeps the state until it has said that its waits are cancelled,
    // which may be later than the io_context's end.
    state->descriptor = nullptr;
    const std::shared_ptr<EventLoop::FdCallback> callback =
        std::move(state->callback);
  }

 private:
  // Invariant: after Close() interest is 0, the others are null.
  struct State {
    State(asio::io_context* io, LoopCore* the_core,
          EventLoop::FdCallback to_call)
        : core(the_core),
          descriptor(std::make_unique<Descriptor>(*io)),
          callback(
              std::make_shared<EventLoop::FdCallback>(std::move(to_call))) {}
    LoopCore* const core;
    std::unique_ptr<Descriptor> descriptor;
    std::shared_ptr<EventLoop::FdCallback> callback;
    unsigned interest = 0;
    unsigned armed = 0;  // what Asio waits for
  };

  explicit AsioWatch(std::shared_ptr<State> state) : state_(std::move(state)) {}

  static void Arm(const std::shared_ptr<State>& state) {
    for (const unsigned one : {EventLoop::kReadable, EventLoop::kWritable}) {
      if ((state->interest & ~state->armed & one) == 0) continue;
      state->armed |= one;
      state->descriptor->async_wait(
          one == EventLoop::kReadable ? Descriptor::wait_read
                                      : Descriptor::wait_write,
          [state, one](const asio::error_code& error) {
            OnReady(state, one, error);
          });
    }
  }

  static void OnReady(const std::shared_ptr<State>& state, unsigned one,
                      const asio::error_code& error) {
    state->armed &= ~one;
    // Also if the callback throws.
    const absl::Cleanup go_on = [&state] { Arm(state); };
    // Other errors are for the user to find, by reading or writing.
    if (error == asio::error::operation_aborted ||
        (state->interest & one) == 0) {
      return;
    }
    const std::shared_ptr<EventLoop::FdCallback> running = state->callback;
    state->core->TellReady(*running, one);
  }

  std::shared_ptr<State> state_;
};

}  // namespace

// Asio has no place to run something before it waits: tasks are a handler that
// posts itself while there are tasks.
class AsioLoop::Native final : public NativeLoop,
                               public std::enable_shared_from_this<Native> {
 public:
  explicit Native(asio::io_context* io) : io_(io), core_(this), timer_(*io) {}
  static std::shared_ptr<Native> Make(asio::io_context* io) {
    // Asio opens its descriptors when the first timer is made.
    const LowDescriptors low;
    return std::make_shared<Native>(io);
  }

  LoopCore* core() { return &core_; }

  absl::StatusOr<std::unique_ptr<LoopWatch>> Watch(
      int fd, FdCallback callback) override {
    return AsioWatch::Make(io_, &core_, fd, std::move(callback));
  }

  void TurnSoon() override {
    if (std::exchange(turn_is_due_, true)) return;
    asio::post(*io_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->RunTurn();
    });
  }

  void Wake() override {
    asio::post(*io_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->core_.TakePosted();
      self->TurnSoon();
    });
  }

  void RingAt(MonotonicTime next) override {
    if (next == MonotonicTime::InfiniteFuture()) {
      armed_ = next;
      timer_.cancel();
      return;
    }
    if (armed_ <= next) return;  // it rings too early, and is armed anew
    armed_ = next;
    // MonotonicNow() counts from the same moment as this clock.
    const absl::Duration since_start =
        std::max(next.since_epoch(), absl::ZeroDuration());
    timer_.expires_at(
        std::chrono::steady_clock::time_point(absl::ToChronoNanoseconds(
            absl::Ceil(since_start, absl::Nanoseconds(1)))));
    timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
      const auto self = weak.lock();
      if (self != nullptr && !error) self->OnRing();
    });
  }

 private:
  void RunTurn() {
    turn_is_due_ = false;
    // Also if a task throws.
    const absl::Cleanup go_on = [this] {
      if (core_.has_tasks()) TurnSoon();
    };
    core_.RunTasks();
  }

  void OnRing() {
    armed_ = MonotonicTime::InfiniteFuture();
    const absl::Cleanup go_on = [this] { RingAt(core_.next_timer()); };
    core_.RingTimers();
  }

  asio::io_context* const io_;
  LoopCore core_;
  asio::steady_timer timer_;
  // What timer_ waits for, or for something earlier.
  MonotonicTime armed_ = MonotonicTime::InfiniteFuture();
  bool turn_is_due_ = false;  // a handler that calls RunTurn() was posted
};

AsioLoop::AsioLoop()
    // One thread runs it: no locking where Asio can do without.
    : own_io_(std::make_unique<asio::io_context>(1)),
      io_(own_io_.get()),
      native_(Native::Make(io_)) {}

AsioLoop::AsioLoop(asio::io_context* io) : io_(io), native_(Native::Make(io)) {}

AsioLoop::~AsioLoop() {
  TellEnd();
  // What is destroyed here may call this loop.
  native_->core()->Close();
  native_ = nullptr;
}

void AsioLoop::Run() {
  if (std::exchange(stop_is_left_, false)) return;
  const auto go_on = asio::make_work_guard(*io_);
  io_->restart();
  // If a callback throws.
  absl::Cleanup left = [this] { stop_is_left_ = io_->stopped(); };
  io_->run();
  std::move(left).Cancel();
}

void AsioLoop::Stop() { io_->stop(); }

absl::StatusOr<std::unique_ptr<FdWatch>> AsioLoop::WatchFd(
    int fd, FdCallback callback) {
  return native_->core()->WatchFd(fd, std::move(callback));
}

std::unique_ptr<Timer> AsioLoop::MakeTimer(Task callback) {
  return native_->core()->MakeTimer(std::move(callback));
}

void AsioLoop::Defer(Task task) { native_->core()->Defer(std::move(task)); }

void AsioLoop::Post(Task task) { native_->core()->Post(std::move(task)); }

}  // namespace forkrpc
