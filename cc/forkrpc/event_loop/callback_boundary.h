// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallbackBoundary: between a loop written in C and callbacks that may throw.
//
// An exception cannot pass through C. Where this library runs the loop, what
// leaves a callback is kept, the loop is stopped, and RunLoop() throws it on;
// until then no other callback is called. Where the program runs the loop, it
// ends the program with a line. One thread, that of the loop; never allocates.
// Without exceptions there is nothing between.
//
//   CallbackBoundary boundary([&] { uv_stop(loop); });
//   boundary.RunLoop([&] { uv_run(loop, UV_RUN_DEFAULT); });
//   ...  // and from the loop:
//   boundary.Call([&] { callback(); });
//   boundary.Stop();

#ifndef FORKRPC_EVENT_LOOP_CALLBACK_BOUNDARY_H_
#define FORKRPC_EVENT_LOOP_CALLBACK_BOUNDARY_H_

#include <cstdio>
#include <exception>
#include <utility>

#include "absl/base/config.h"
#include "absl/functional/any_invocable.h"

namespace forkrpc {

// Invariants:
//  1. thrown_ is null while runs_ is 0.
//  2. stop_is_left_ iff RunLoop() has thrown in a run that was stopped, too.
class CallbackBoundary {
 public:
  // `stop` stops the loop.
  explicit CallbackBoundary(absl::AnyInvocable<void()> stop)
      : stop_(std::move(stop)) {}

  // For the user's wish to stop the loop. If an exception ends the run first,
  // the next run, which goes on where that one has ended, is over at once.
  void Stop() {
    if (runs_ > 0) stop_is_asked_ = true;
    stop_();
  }

  // Calls `run`, which runs the loop, and throws what a callback has thrown.
  template <typename Run>
  void RunLoop(Run&& run) {
    if (std::exchange(stop_is_left_, false)) return;
    ++runs_;
    run();
    --runs_;
    const bool stopped = std::exchange(stop_is_asked_, false);
    if (thrown_ == nullptr) return;
    stop_is_left_ = stopped;
    std::rethrow_exception(std::exchange(thrown_, nullptr));
  }

  // Calls `callback`, unless an exception is kept: then it has to come again
  // when the loop is run again.
  template <typename Callback>
  void Call(Callback&& callback) {
#ifdef ABSL_HAVE_EXCEPTIONS
    if (thrown_ != nullptr) return;
    if (runs_ == 0) return CallOrEnd(callback);
    try {
      callback();
    } catch (...) {
      thrown_ = std::current_exception();
      stop_();
    }
#else
    callback();
#endif
  }

 private:
#ifdef ABSL_HAVE_EXCEPTIONS
  template <typename Callback>
  static void CallOrEnd(Callback& callback) noexcept {
    try {
      callback();
    } catch (...) {
      std::fputs(
          "forkrpc: an exception has left a callback of a loop that the "
          "program runs: it cannot pass through C\n",
          stderr);
      std::terminate();
    }
  }
#endif

  absl::AnyInvocable<void()> stop_;
  std::exception_ptr thrown_;
  int runs_ = 0;  // RunLoop()s that have not returned
  bool stop_is_asked_ = false;
  bool stop_is_left_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_CALLBACK_BOUNDARY_H_
