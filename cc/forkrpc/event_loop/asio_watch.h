// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsioWatch: a descriptor that is waited for by Asio, standalone or Boost's.
//
// `Parts` names what is used of the library; see asio_native.h. For the thread
// that runs the io_context; what a callback throws leaves through run().
//
//   absl::StatusOr<std::unique_ptr<LoopWatch>> watch =
//       AsioWatch<Parts>::Make(io, &core, fd, std::move(callback));

#ifndef FORKRPC_EVENT_LOOP_ASIO_WATCH_H_
#define FORKRPC_EVENT_LOOP_ASIO_WATCH_H_

#include <fcntl.h>

#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/how_to_wait.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/loop_watch.h"

namespace forkrpc {

// Invariant: state_ is null once closed.
template <typename Parts>
class AsioWatch final : public LoopWatch {
  using IoContext = typename Parts::IoContext;
  using Descriptor = typename Parts::Descriptor;
  using ErrorCode = typename Parts::ErrorCode;

 public:
  static absl::StatusOr<std::unique_ptr<LoopWatch>> Make(
      IoContext* io, LoopCore* core, int fd, EventLoop::FdCallback callback) {
    auto state = std::make_shared<State>(io, core, std::move(callback));
    auto watch = absl::WrapUnique<LoopWatch>(new AsioWatch(state));
    const int flags = fcntl(fd, F_GETFL);
    ErrorCode error;
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
      ErrorCode ignored;
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
    State(IoContext* io, LoopCore* the_core, EventLoop::FdCallback to_call)
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
          [state, one](const ErrorCode& error) { OnReady(state, one, error); });
    }
  }

  static void OnReady(const std::shared_ptr<State>& state, unsigned one,
                      const ErrorCode& error) {
    state->armed &= ~one;
    // Also if the callback throws.
    const absl::Cleanup go_on = [&state] { Arm(state); };
    // Other errors are for the user to find, by reading or writing.
    if (error == Parts::kAborted || (state->interest & one) == 0) {
      return;
    }
    const std::shared_ptr<EventLoop::FdCallback> running = state->callback;
    state->core->TellReady(*running, one);
  }

  std::shared_ptr<State> state_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_ASIO_WATCH_H_
