// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EventLoop: what the asynchronous half needs of a program's event loop.
//
// Small on purpose, so that it can be laid over any loop: descriptors, timers,
// tasks. libuv_loop.h is the bundled one; asio_loop.h and glib_loop.h are
// adapters, and event_loop_contract.h tests them all alike.
//
// Threads: a loop belongs to the thread that runs it. All is called from that
// thread (or before it runs), except Post(). Callbacks come from the loop,
// never from inside one of these functions, one at a time. Any of them may
// destroy any watch or timer, its own included.
//
// Fairness: neither descriptors that are always ready, nor tasks, nor timers,
// however many, keep the others waiting for longer than one callback and a few
// milliseconds; a timer comes within 10 ms of its deadline.
//
// Exceptions: one that leaves a callback leaves the function that runs the
// loop. Everything else is as if the callback had returned: run the loop again,
// and each other callback comes once, in its order; if the loop was also
// stopped, that run is over at once. An exception cannot pass through C:
// where the program runs a C loop by itself (uv_run, g_main_loop_run) it ends
// the program, with a line on standard error.
//
// Lifetime: a loop may be destroyed with anything left in it, from outside its
// callbacks. Callbacks that are still to come are destroyed without being
// called. Watches and timers that outlive the loop do nothing any more. What is
// destroyed with a callback may still use the loop: its tasks are dropped, its
// timers never ring, WatchFd() gives FailedPrecondition.
//
//   forkrpc::LibuvLoop libuv;
//   forkrpc::EventLoop* const loop = &libuv;
//   int ends[2];
//   if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
//   auto watch = loop->WatchFd(ends[0], [&](unsigned) { libuv.Stop(); });
//   if (!watch.ok()) return watch.status();
//   (*watch)->SetInterest(forkrpc::EventLoop::kReadable);
//   auto timer = loop->MakeTimer([&] { close(ends[1]); });
//   timer->Set(forkrpc::MonotonicNow() + absl::Milliseconds(5));
//   libuv.Run();  // until the pipe has ended

#ifndef FORKRPC_EVENT_LOOP_EVENT_LOOP_H_
#define FORKRPC_EVENT_LOOP_EVENT_LOOP_H_

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/loop_end.h"

namespace forkrpc {

// One descriptor being watched. Destroying it ends that; the descriptor must
// be open until then, or until the loop is destroyed.
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
  // At most one watch for a descriptor. A file, and a device that the kernel
  // does not wait for (/dev/null), is always ready. Errors: FailedPrecondition
  // if it is not open or a folder.
  virtual absl::StatusOr<std::unique_ptr<FdWatch>> WatchFd(
      int fd, FdCallback callback) = 0;

  virtual std::unique_ptr<Timer> MakeTimer(Task callback) = 0;

  // Runs `task` once before the loop next waits, in the order of the calls:
  // many small pieces of work become one, such as one write for many calls. A
  // task that is left when the loop is destroyed is destroyed with it.
  virtual void Defer(Task task) = 0;

  // From any thread, while the loop exists: runs `task` once in the loop's
  // thread, in the order of the calls. Wakes the loop up.
  virtual void Post(Task task) = 0;

  // For what keeps itself alive until the loop has told it something, such as a
  // worker that is waited for: calls `callback` once from the loop's
  // destructor, before anything of the loop is gone, so that it can let go. It
  // may wait, but the loop does not turn any more, and what it calls must not
  // call the user. Those who ask are told in the order in which they asked; who
  // asks again while it is told is told again when all others have been.
  std::unique_ptr<EndWatch> WatchEnd(Task callback) {
    return end_.Watch(std::move(callback));
  }

 protected:
  // The destructor of each loop calls this before all else.
  void TellEnd() { end_.Tell(); }

 private:
  LoopEnd end_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_EVENT_LOOP_H_
