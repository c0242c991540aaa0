// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// UvWatch: a descriptor watched by libuv.
//
// A part of LibuvLoop. One thread, that of the loop.
//
//   auto watch = UvWatch::Make(loop, &core, &boundary, fd, callback);
//   if (!watch.ok()) return watch.status();
//   (*watch)->SetInterest(EventLoop::kReadable);

#ifndef FORKRPC_EVENT_LOOP_UV_WATCH_H_
#define FORKRPC_EVENT_LOOP_UV_WATCH_H_

#include <uv.h>

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "forkrpc/event_loop/callback_boundary.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/loop_watch.h"

namespace forkrpc {

// Invariant: state_ is null once closed.
class UvWatch final : public LoopWatch {
 public:
  // `core` and `boundary` stay until Close(). Errors: FailedPrecondition if
  // libuv cannot wait for `fd`.
  static absl::StatusOr<std::unique_ptr<LoopWatch>> Make(
      uv_loop_t* loop, LoopCore* core, CallbackBoundary* boundary, int fd,
      EventLoop::FdCallback callback);
  ~UvWatch() override { Close(); }

  void SetInterest(unsigned interest) override;
  void Close() override;

 private:
  struct State;

  explicit UvWatch(std::shared_ptr<State> state) : state_(std::move(state)) {}

  static void Start(State* state);
  static void OnPoll(uv_poll_t* handle, int status, int events);

  std::shared_ptr<State> state_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_UV_WATCH_H_
