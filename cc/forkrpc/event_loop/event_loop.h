// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EventLoop: what the asynchronous half needs of a program's event loop.
//
// Small on purpose, so that it can be laid over any loop: descriptors, timers,
// tasks. libuv_loop.h is the bundled one; asio_loop.h and glib_loop.h are
// adapters, and event_loop_contract.h tests them all alike.
//
// A loop belongs to the thread that runs it. All is called from that thread
// (or before it runs), except Post(). Callbacks come from the loop, never from
// inside one of these functions, one at a time. Any of them may destroy any
// watch or timer, its own included. The loop outlives what was made on it.
//
//   auto watch = loop->WatchFd(fd, [&](unsigned ready) { Read(fd); });
//   if (!watch.ok()) return watch.status();
//   (*watch)->SetInterest(EventLoop::kReadable);
//   auto timer = loop->MakeTimer([&] { GiveUp(); });
//   timer->Set(MonotonicNow() + absl::Seconds(5));

#ifndef FORKRPC_EVENT_LOOP_EVENT_LOOP_H_
#define FORKRPC_EVENT_LOOP_EVENT_LOOP_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

// One descriptor being watched. Destroying it ends that; the descriptor must
// be open until then.
class FdWatch {
 public:
  virtual ~FdWatch() = default;

  // What to wait for: bits of EventLoop, at first none. The callback
  // comes again and again for as long as the descriptor is ready for it.
  virtual void SetInterest(unsigned interest) = 0;
};

// A moment to be woken at. Destroying it ends that.
class Timer {
 public:
  virtual ~Timer() = default;

  // Calls back once, at `deadline` on the clock of MonotonicNow() or soon after
  // it, never before; at once if it has passed. Replaces what was set.
  // InfiniteFuture: not at all.
  virtual void Set(MonotonicTime deadline) = 0;
};

class EventLoop {
 public:
  // What a descriptor is ready for; bits. A peer that is gone, and an error,
  // make it ready for all that is waited for: reading or writing says what it
  // is.
  static constexpr unsigned kReadable = 1;
  static constexpr unsigned kWritable = 2;

  using FdCallback = absl::AnyInvocable<void(unsigned ready)>;
  using Task = absl::AnyInvocable<void()>;

  virtual ~EventLoop() = default;

  // Watches `fd`, which stays the caller's; its blocking mode is left as it is.
  // At most one watch for a descriptor. Errors: FailedPrecondition if it is not
  // open or cannot be waited for (a file).
  virtual absl::StatusOr<std::unique_ptr<FdWatch>> WatchFd(
      int fd, FdCallback callback) = 0;

  virtual std::unique_ptr<Timer> MakeTimer(Task callback) = 0;

  // Runs `task` once before the loop next waits, in the order of the calls:
  // many small pieces of work become one, such as one write for many calls. A
  // task that is left when the loop is destroyed is destroyed with it.
  virtual void Defer(Task task) = 0;

  // From any thread: runs `task` once in the loop's thread, in the order of the
  // calls. Wakes the loop up.
  virtual void Post(Task task) = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_EVENT_LOOP_H_
