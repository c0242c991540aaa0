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

#ifndef FORKRPC_EVENT_LOOP_CALLBACK_BOUNDARY_H_
#define FORKRPC_EVENT_LOOP_CALLBACK_BOUNDARY_H_

#include <cstdio>
#include <exception>
#include <utility>

#include "absl/base/config.h"
#include "absl/functional/any_invocable.h"

namespace forkrpc {

// Invariant: thrown_ is null while runs_ is 0.
class CallbackBoundary {
 public:
  // `stop` stops the loop.
  explicit CallbackBoundary(absl::AnyInvocable<void()> stop)
      : stop_(std::move(stop)) {}

#ifdef ABSL_HAVE_EXCEPTIONS
  // Calls `callback`, unless an exception is kept: then it has to come again
  // when the loop is run again.
  template <typename Callback>
  void Call(Callback&& callback) {
    if (thrown_ != nullptr) return;
    if (runs_ == 0) return CallOrEnd(callback);
    try {
      callback();
    } catch (...) {
      thrown_ = std::current_exception();
      stop_();
    }
  }

  // Calls `run`, which runs the loop, and throws what a callback has thrown.
  template <typename Run>
  void RunLoop(Run&& run) {
    ++runs_;
    run();
    --runs_;
    if (thrown_ != nullptr) {
      std::rethrow_exception(std::exchange(thrown_, nullptr));
    }
  }

 private:
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

  std::exception_ptr thrown_;
  int runs_ = 0;  // RunLoop()s that have not returned
#else
  template <typename Callback>
  void Call(Callback&& callback) {
    callback();
  }
  template <typename Run>
  void RunLoop(Run&& run) {
    run();
  }

 private:
#endif
  absl::AnyInvocable<void()> stop_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_CALLBACK_BOUNDARY_H_
