// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/uv_watch.h"

#include <errno.h>
#include <fcntl.h>

#include "absl/memory/memory.h"
#include "forkrpc/event_loop/how_to_wait.h"
#include "forkrpc/event_loop/uv_handle.h"

namespace forkrpc {
namespace {

unsigned ReadinessOf(int events) {
  return (events & UV_READABLE ? EventLoop::kReadable : 0u) |
         (events & UV_WRITABLE ? EventLoop::kWritable : 0u);
}

int EventsOf(unsigned readiness) {
  return (readiness & EventLoop::kReadable ? UV_READABLE : 0) |
         (readiness & EventLoop::kWritable ? UV_WRITABLE : 0);
}

}  // namespace

// What the callback needs while it runs, also if the watch is destroyed
// meanwhile. Invariant: interest is 0 once the handle is closed.
struct UvWatch::State : std::enable_shared_from_this<State> {
  UvHandle<uv_poll_t> handle;
  LoopCore* core;
  CallbackBoundary* boundary;
  EventLoop::FdCallback callback;
  unsigned interest = 0;
};

absl::StatusOr<std::unique_ptr<LoopWatch>> UvWatch::Make(
    uv_loop_t* loop, LoopCore* core, CallbackBoundary* boundary, int fd,
    EventLoop::FdCallback callback) {
  // libuv makes the descriptor non-blocking; its mode may be shared with
  // other processes, and polling does not need it.
  const int flags = fcntl(fd, F_GETFL);
  auto state = std::make_shared<State>();
  const int result =
      flags < 0 ? -errno : uv_poll_init(loop, state->handle.get(), fd);
  if (result != 0) return CannotWait(fd, uv_strerror(result));
  state->handle.OpenedBy(state.get());
  if ((flags & O_NONBLOCK) == 0) fcntl(fd, F_SETFL, flags);
  state->core = core;
  state->boundary = boundary;
  state->callback = std::move(callback);
  return absl::WrapUnique<LoopWatch>(new UvWatch(std::move(state)));
}

void UvWatch::SetInterest(unsigned interest) {
  if (state_ == nullptr || interest == state_->interest) return;
  state_->interest = interest;
  Start(state_.get());
}

void UvWatch::Close() {
  Leave();
  const std::shared_ptr<State> state = std::move(state_);
  if (state == nullptr) return;
  state->interest = 0;
  state->handle.Close();
}

void UvWatch::Start(State* state) {
  if (state->interest == 0) {
    uv_poll_stop(state->handle.get());
  } else {
    MustWork(
        uv_poll_start(state->handle.get(), EventsOf(state->interest), OnPoll));
  }
}

void UvWatch::OnPoll(uv_poll_t* handle, int status, int events) {
  const std::shared_ptr<State> state =
      UvHandle<uv_poll_t>::OwnerOf<State>(handle)->shared_from_this();
  // At an error the user finds out by reading or writing.
  const unsigned ready = status == 0 ? ReadinessOf(events) : state->interest;
  state->boundary->Call(
      [&] { state->core->TellReady(state->callback, ready); });
  // libuv stops a watch at an error. Who goes on waiting is called again, as
  // poll() would.
  if (status != 0 && state->interest != 0) Start(state.get());
}

}  // namespace forkrpc
