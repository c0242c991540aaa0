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
// running; in `done` of Start() it has ended. Thread-compatible. Allocates its
// frame, once. Exceptions end the program: errors are absl::Status.
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
#include <exception>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/functional/any_invocable.h"

namespace forkrpc {

template <typename T>
class Task;

namespace coro_internal {

// The end of a task: it is suspended, so whoever goes on may destroy it.
struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  // Not part of the coroutine's frame, which may be gone before it returns.
  template <typename Promise>
  ABSL_ATTRIBUTE_NOINLINE std::coroutine_handle<> await_suspend(
      std::coroutine_handle<Promise> task) const noexcept {
    return task.promise().Finish();
  }
  void await_resume() const noexcept {}
};

class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  // Runs the task until it waits or ends; false if it has ended. Compilers make
  // a transfer to it a call that does not return before it waits: without an
  // optimiser, or with a sanitizer, a loop of such calls would use up the
  // stack.
  bool RunFor(std::coroutine_handle<> task, std::coroutine_handle<> waiter) {
    beginning_ = true;
    task.resume();
    if (ended_) return false;
    beginning_ = false;
    waiter_ = waiter;
    return true;
  }

 protected:
  // Whom to go on with; null if the end is to be told to Start()'s caller.
  std::coroutine_handle<> OnEnd() {
    ended_ = true;
    if (beginning_) return std::noop_coroutine();
    return waiter_;
  }

 private:
  std::coroutine_handle<> waiter_;
  bool beginning_ = false;  // RunFor() is running
  bool ended_ = false;
};

template <typename T>
class TaskPromise : public TaskPromiseBase {
 public:
  using Done = absl::AnyInvocable<void(T)>;

  Task<T> get_return_object();
  template <typename U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T TakeValue() { return *std::move(value_); }
  void set_done(Done done) { done_ = std::move(done); }

  std::coroutine_handle<> Finish() {
    const std::coroutine_handle<> next = OnEnd();
    if (next) return next;
    // Both out of the frame: the call may destroy it.
    Done done = std::move(done_);
    T value = TakeValue();
    if (done != nullptr) done(std::move(value));
    return std::noop_coroutine();
  }

 private:
  std::optional<T> value_;
  Done done_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  using Done = absl::AnyInvocable<void()>;

  Task<void> get_return_object();
  void return_void() const {}
  void TakeValue() const {}
  void set_done(Done done) { done_ = std::move(done); }

  std::coroutine_handle<> Finish() {
    const std::coroutine_handle<> next = OnEnd();
    if (next) return next;
    Done done = std::move(done_);
    if (done != nullptr) done();
    return std::noop_coroutine();
  }

 private:
  Done done_;
};

}  // namespace coro_internal

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
    task_.resume();
  }

  // co_await Add(1, 2), or co_await std::move(task): once.
  auto operator co_await() && noexcept {
    struct Awaiter {
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> waiter) const {
        return task.promise().RunFor(task, waiter);
      }
      T await_resume() const { return task.promise().TakeValue(); }

      std::coroutine_handle<promise_type> task;
    };
    return Awaiter{task_};
  }

 private:
  friend promise_type;
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
