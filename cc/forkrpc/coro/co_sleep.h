// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CoSleepUntil: a coroutine waits on an event loop without blocking it.
//
// C++20. Goes on from the loop, never before the deadline, also if that has
// passed. Destroying the coroutine meanwhile stops the timer. The loop's
// thread.
//
//   #include "forkrpc/coro/task.h"
//
//   forkrpc::Task<void> Nap(forkrpc::EventLoop* loop) {
//     co_await forkrpc::CoSleepUntil(
//         loop, forkrpc::MonotonicNow() + absl::Milliseconds(5));
//   }
//
//   int main() {
//     forkrpc::LibuvLoop loop;
//     forkrpc::Task<void> nap = Nap(&loop);
//     nap.Start([&] { loop.Stop(); });
//     loop.Run();
//   }

#ifndef FORKRPC_CORO_CO_SLEEP_H_
#define FORKRPC_CORO_CO_SLEEP_H_

#include <coroutine>
#include <memory>

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/event_loop.h"

namespace forkrpc {

class [[nodiscard]] CoSleepUntil {
 public:
  // `deadline` is on the clock of MonotonicNow().
  CoSleepUntil(EventLoop* loop, MonotonicTime deadline)
      : loop_(loop), deadline_(deadline) {}
  CoSleepUntil(const CoSleepUntil&) = delete;
  CoSleepUntil& operator=(const CoSleepUntil&) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    timer_ = loop_->MakeTimer([waiter] { waiter.resume(); });
    timer_->Set(deadline_);
  }
  void await_resume() const noexcept {}

 private:
  EventLoop* const loop_;
  const MonotonicTime deadline_;
  std::unique_ptr<Timer> timer_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CORO_CO_SLEEP_H_
