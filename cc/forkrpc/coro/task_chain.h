// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TaskChain: what a task and all the tasks that it awaits have in common.
//
// One of them runs or all of them wait, and they are destroyed together. The
// chain knows which, so that who destroys a chain from inside one of its bodies
// does not pull the ground from under it. C++20. Thread-compatible. Part of
// task.h.
//
//   forkrpc::coro_internal::TaskChain chain;
//   chain.running = true;
//   chain.Abandon({}, nullptr);  // from inside it: it goes when it next waits

#ifndef FORKRPC_CORO_TASK_CHAIN_H_
#define FORKRPC_CORO_TASK_CHAIN_H_

#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"

namespace forkrpc {
namespace coro_internal {

// Invariants: (1) abandoned is the first task's handle once nobody wants it any
// more and it is not destroyed yet, else null; (2) beginnings counts the tasks
// on the stack that have begun another one, which has not waited yet.
struct TaskChain {
  bool running = false;
  int beginnings = 0;
  std::coroutine_handle<> abandoned;
  std::shared_ptr<void> keep;  // until the chain is destroyed

  // Destroys `first` and with it all the others, now or when they next wait.
  void Abandon(std::coroutine_handle<> first, std::shared_ptr<void> to_keep) {
    if (!running) {
      first.destroy();
      return;
    }
    abandoned = first;
    keep = std::move(to_keep);
  }

  // Called when all of them wait, or the first has ended. True if they are
  // destroyed, and this with them.
  ABSL_ATTRIBUTE_NOINLINE bool DestroyIfDue() {
    if (running || !abandoned || beginnings > 0) return false;
    const std::shared_ptr<void> kept = std::move(keep);
    abandoned.destroy();
    return true;
  }
  bool EndIfAbandoned() {
    running = false;
    return DestroyIfDue();
  }
};

template <typename T>
concept IsAwaiter = requires(T&& awaiter) {
  awaiter.await_ready();
};
template <typename T>
concept HasMemberCoAwait = requires(T&& awaitable) {
  std::forward<T>(awaitable).operator co_await();
};

template <typename Awaitable>
decltype(auto) GetAwaiter(Awaitable&& awaitable) {
  if constexpr (HasMemberCoAwait<Awaitable>) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (IsAwaiter<Awaitable>) {
    // It stays where it is until the expression that awaits it is over.
    return static_cast<Awaitable&&>(awaitable);
  } else {
    return operator co_await(std::forward<Awaitable>(awaitable));
  }
}
template <typename Awaitable>
using AwaiterOf = decltype(GetAwaiter(std::declval<Awaitable>()));

// What a task awaits that is no task, with a look at the chain before and
// after.
template <typename Awaiter>
struct ChainAwaiter {
  bool await_ready() { return awaiter.await_ready(); }

  template <typename Promise>
  auto await_suspend(std::coroutine_handle<Promise> waiter) {
    using Result = decltype(awaiter.await_suspend(waiter));
    chain->running = false;
    if constexpr (std::is_void_v<Result>) {
      if (!Destroyed()) awaiter.await_suspend(waiter);
    } else if constexpr (std::is_same_v<Result, bool>) {
      return Destroyed() || awaiter.await_suspend(waiter);
    } else {
      return Destroyed()
                 ? std::coroutine_handle<>(std::noop_coroutine())
                 : std::coroutine_handle<>(awaiter.await_suspend(waiter));
    }
  }

  decltype(auto) await_resume() {
    chain->running = true;
    return awaiter.await_resume();
  }

  // Whether the chain waits for nothing any more: destroyed, or soon.
  bool Destroyed() { return chain->DestroyIfDue() || chain->abandoned; }

  Awaiter awaiter;
  TaskChain* chain;
};

}  // namespace coro_internal
}  // namespace forkrpc

#endif  // FORKRPC_CORO_TASK_CHAIN_H_
