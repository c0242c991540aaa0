// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Pending<T>: a T that a callback will bring, to be awaited by a coroutine.
//
// C++20. What brings it has begun already when a Pending exists, so that
// several can be under way at a time. May be awaited before or after it has
// come, once. Destroying it before is legal and means that nobody cares: the
// callback still comes, and does nothing. Thread-compatible. One allocation
// each.
//
//   #include "forkrpc/coro/task.h"
//
//   std::optional<forkrpc::PendingCallback<std::string>> answer;
//
//   forkrpc::Task<void> Ask() {
//     auto [callback, pending] = forkrpc::MakePending<std::string>();
//     answer = std::move(callback);
//     std::cout << co_await std::move(pending) << "\n";
//   }
//
//   int main() {
//     forkrpc::Task<void> ask = Ask();
//     ask.Start();
//     (*answer)("yes");  // goes on with Ask(), which prints it
//   }

#ifndef FORKRPC_CORO_PENDING_H_
#define FORKRPC_CORO_PENDING_H_

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

namespace forkrpc {

namespace coro_internal {

template <typename T>
struct PendingState {
  std::optional<T> value;
  std::coroutine_handle<> waiter;  // null unless suspended
};

}  // namespace coro_internal

template <typename T>
class [[nodiscard]] Pending {
 public:
  using State = coro_internal::PendingState<T>;

  explicit Pending(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Pending(Pending&&) noexcept = default;
  Pending& operator=(Pending&& other) noexcept {
    if (state_ != nullptr) state_->waiter = nullptr;
    state_ = std::move(other.state_);
    return *this;
  }
  ~Pending() {
    if (state_ != nullptr) state_->waiter = nullptr;
  }

  bool await_ready() const noexcept { return state_->value.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept {
    state_->waiter = waiter;
  }
  T await_resume() { return *std::move(state_->value); }

 private:
  std::shared_ptr<State> state_;
};

// Brings the T to its Pending, if that still waits; goes on with its coroutine
// before it returns. To be called once.
template <typename T>
class PendingCallback {
 public:
  explicit PendingCallback(
      std::shared_ptr<coro_internal::PendingState<T>> state)
      : state_(std::move(state)) {}

  template <typename U>
  void operator()(U&& value) const {
    state_->value.emplace(std::forward<U>(value));
    const std::coroutine_handle<> waiter =
        std::exchange(state_->waiter, nullptr);
    if (waiter) waiter.resume();
  }

 private:
  std::shared_ptr<coro_internal::PendingState<T>> state_;
};

template <typename T>
std::pair<PendingCallback<T>, Pending<T>> MakePending() {
  auto state = std::make_shared<coro_internal::PendingState<T>>();
  return {PendingCallback<T>(state), Pending<T>(state)};
}

}  // namespace forkrpc

#endif  // FORKRPC_CORO_PENDING_H_
