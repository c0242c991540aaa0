// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LibuvLoop: the bundled EventLoop, on libuv.
//
// Makes no thread and touches no signal. Runs a loop of its own, or is laid
// over one that the program has already. Post() is for any thread; all else for
// the one that runs the loop. A task costs no allocation if it is as small as
// two pointers. None of its descriptors is 0, 1 or 2, also where these were
// closed when it was made.
//
//   forkrpc::LibuvLoop loop;  // or Create(), where descriptors may run out
//   auto timer = loop.MakeTimer([&] { loop.Stop(); });
//   timer->Set(forkrpc::MonotonicNow() + absl::Seconds(1));
//   loop.Run();
//
// In a program that uses libuv:  forkrpc::LibuvLoop loop(uv_default_loop());

#ifndef FORKRPC_EVENT_LOOP_LIBUV_LOOP_H_
#define FORKRPC_EVENT_LOOP_LIBUV_LOOP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "forkrpc/event_loop/event_loop.h"

using uv_loop_t = struct uv_loop_s;

namespace forkrpc {

class LibuvLoop final : public EventLoop {
 public:
  // Makes a loop; Run() runs it. ResourceExhausted if there are no descriptors
  // for it (eight must be free; it keeps fewer), Internal if libuv cannot
  // for another reason.
  static absl::StatusOr<std::unique_ptr<LibuvLoop>> Create();

  // The same for a program that could not go on without: ends it with a line on
  // standard error where Create() gives an error.
  LibuvLoop();

  // Uses `loop`, which the program runs and closes. It is not kept running by
  // this object, only by watches with an interest, timers that are set and
  // tasks. Close it after this is destroyed, and run it once more before: libuv
  // frees what was closed only then.
  explicit LibuvLoop(uv_loop_t* loop);

  ~LibuvLoop() override;
  LibuvLoop(const LibuvLoop&) = delete;
  LibuvLoop& operator=(const LibuvLoop&) = delete;

  // Runs until Stop(), which may come from any callback (from another thread:
  // Post it), or until an exception leaves a callback, which it throws on. May
  // be called again.
  void Run();
  void Stop();

  absl::StatusOr<std::unique_ptr<FdWatch>> WatchFd(
      int fd, FdCallback callback) override;
  std::unique_ptr<Timer> MakeTimer(Task callback) override;
  void Defer(Task task) override;
  void Post(Task task) override;

 private:
  class Native;

  explicit LibuvLoop(std::unique_ptr<uv_loop_t> own_loop);

  const std::unique_ptr<uv_loop_t> own_loop_;
  uv_loop_t* const loop_;
  std::unique_ptr<Native> native_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LIBUV_LOOP_H_
