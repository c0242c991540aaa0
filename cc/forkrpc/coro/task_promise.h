// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TaskPromise: what a Task's coroutine has besides its body. Part of task.h.
//
// C++20. Thread-compatible.
//
//   #include "forkrpc/coro/task.h"
//
//   forkrpc::Task<int> Seven() { co_return 7; }
//
//   int main() {
//     using Promise = forkrpc::Task<int>::promise_type;
//     static_assert(
//         std::is_base_of_v<forkrpc::coro_internal::TaskPromiseBase, Promise>);
//     Seven().Start();
//   }

#ifndef FORKRPC_CORO_TASK_PROMISE_H_
#define FORKRPC_CORO_TASK_PROMISE_H_

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/functional/any_invocable.h"
#include "forkrpc/coro/task_chain.h"

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
  TaskPromiseBase() = default;
  TaskPromiseBase(const TaskPromiseBase&) = delete;
  TaskPromiseBase& operator=(const TaskPromiseBase&) = delete;

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  template <typename T>
  Task<T>&& await_transform(Task<T>&& task) {
    return std::move(task);
  }
  template <typename Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    return ChainAwaiter<AwaiterOf<Awaitable>>{
        GetAwaiter(std::forward<Awaitable>(awaitable)), chain_};
  }

  TaskChain* chain() { return chain_; }

  // Runs the task until it waits or ends; false if it has ended. Compilers make
  // a transfer to it a call that does not return before it waits: without an
  // optimiser, or with a sanitizer, a loop of such calls would use up the
  // stack. `chain` is that of the coroutine that waits; null if that is none of
  // ours.
  bool RunFor(std::coroutine_handle<> task, std::coroutine_handle<> waiter,
              TaskChain* chain) {
    if (chain != nullptr) {
      chain_ = chain;
    } else {
      chain = chain_;
      chain->running = true;
    }
    beginning_ = true;
    ++chain->beginnings;
    task.resume();
    --chain->beginnings;
    // If that is when all of them are destroyed, this is one.
    if (chain->DestroyIfDue()) return true;
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
  TaskChain own_chain_;
  TaskChain* chain_ = &own_chain_;
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
    if (!chain()->EndIfAbandoned() && done != nullptr) done(std::move(value));
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
    if (!chain()->EndIfAbandoned() && done != nullptr) done();
    return std::noop_coroutine();
  }

 private:
  Done done_;
};

}  // namespace coro_internal

}  // namespace forkrpc

#endif  // FORKRPC_CORO_TASK_PROMISE_H_
