// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Task<T>: a coroutine whose result is a T.
//
// C++20. Lazy: its body begins when it is awaited, or with Start() where there
// is no coroutine to await it. Awaiting a task that ends without waiting is
// like a function call, so a loop of them needs no more stack, in any build;
// one that has waited goes on with who awaits it by symmetric transfer.
// Destroying a task cancels it: its locals are destroyed where it stands, then
// whatever they wait for. That is legal in each state but while its body is
// running (see Abandon); in `done` of Start() it has ended. Thread-compatible.
// Allocates its frame, once. Exceptions end the program: errors are
// absl::Status.
//
//   forkrpc::Task<int> Add(int a, int b) { co_return a + b; }
//   forkrpc::Task<int> Sum() {
//     co_return co_await Add(1, 2) + co_await Add(3, 4);
//   }
//
//   int main() {
//     forkrpc::Task<int> sum = Sum();
//     sum.Start([](int result) { std::cout << result << "\n"; });  // 10
//   }
//
// A coroutine that is a lambda uses its captures where the lambda lies: it must
// stay until the task is gone.

#ifndef FORKRPC_CORO_TASK_H_
#define FORKRPC_CORO_TASK_H_

#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

#include "forkrpc/coro/task_promise.h"

namespace forkrpc {

// Invariant: task_ is the only handle that destroys the frame; null if moved
// from.
template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = coro_internal::TaskPromise<T>;
  using Done = typename promise_type::Done;

  Task(Task&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    Task old(std::move(other));
    std::swap(task_, old.task_);
    return *this;
  }
  ~Task() {
    if (task_) task_.destroy();
  }

  // Begins it; `done` gets its result, perhaps before this returns. Once, and
  // not for a task that is awaited.
  void Start(Done done = nullptr) {
    task_.promise().set_done(std::move(done));
    task_.promise().chain()->running = true;
    task_.resume();
  }

  // Destroys the task, which was started, as the destructor does, but is legal
  // while its body, or that of a task that it awaits, is running: then that
  // goes on until it waits or ends. `keep` stays until then; `done` of Start()
  // is not called. (A coroutine of another type that it awaits must not be the
  // one that runs.)
  void Abandon(std::shared_ptr<void> keep) && {
    const std::coroutine_handle<promise_type> task =
        std::exchange(task_, nullptr);
    if (task) task.promise().chain()->Abandon(task, std::move(keep));
  }

  // co_await Add(1, 2), or co_await std::move(task): once.
  auto operator co_await() && noexcept { return Awaiter{task_}; }

 private:
  friend promise_type;

  struct Awaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> waiter) const {
      coro_internal::TaskPromiseBase& promise = task.promise();
      if constexpr (std::is_base_of<coro_internal::TaskPromiseBase,
                                    Promise>::value) {
        return promise.RunFor(task, waiter, waiter.promise().chain());
      } else {
        return promise.RunFor(task, waiter, nullptr);
      }
    }
    T await_resume() const { return task.promise().TakeValue(); }

    std::coroutine_handle<promise_type> task;
  };

  explicit Task(std::coroutine_handle<promise_type> task) : task_(task) {}

  std::coroutine_handle<promise_type> task_;
};

namespace coro_internal {

template <typename T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace coro_internal
}  // namespace forkrpc

#endif  // FORKRPC_CORO_TASK_H_
