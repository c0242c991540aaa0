// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallFuture: the end of a call that a ThreadedPool was given, to come.
//
// Each function is for any thread, one at a time; the pool brings the end from
// its own. A future that is destroyed leaves its call alone: it is made, and
// nobody is told how it ended. A future outlives its pool, which ends every
// call before it goes. One allocation each.
//
//   #include <thread>
//
//   auto call = forkrpc::MakeCallFuture();
//   std::thread pool([&call] { call.second.Set("hello"); });
//   if (call.first.Wait(absl::Seconds(5))) std::cout << *call.first.Take();
//   pool.join();

#ifndef FORKRPC_POOL_CALL_FUTURE_H_
#define FORKRPC_POOL_CALL_FUTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace forkrpc {

struct CallFutureState;

// Who can end a call early: a ThreadedPool. Called in the thread of the future.
class CallCanceller {
 public:
  virtual ~CallCanceller() = default;
  virtual void Cancel(std::shared_ptr<CallFutureState> call) = 0;
};

// Invariant: state_ is null in a future that was moved from, or whose end was
// taken.
class CallFuture {
 public:
  using Result = absl::StatusOr<std::string>;

  explicit CallFuture(std::shared_ptr<CallFutureState> state)
      : state_(std::move(state)) {}
  CallFuture(CallFuture&&) noexcept = default;
  CallFuture& operator=(CallFuture&&) noexcept = default;

  // False once its end was taken; then only destroying and assigning are legal.
  bool valid() const { return state_ != nullptr; }

  // Whether the call has ended.
  bool ready() const { return Wait(absl::ZeroDuration()); }
  // Waits until it has; false if it has not after `timeout`.
  bool Wait(absl::Duration timeout) const;

  // Waits for the end without a limit but that of the call: its timeout.
  Result Take();

  // Has `callback` called with the end: in the pool's thread, which it must not
  // keep waiting, or at once, here, if the call has ended. Only Cancel() is
  // legal afterwards.
  void Then(absl::AnyInvocable<void(Result)> callback);

  // Asks for the call to end with Cancelled, as WorkerPool::Cancel() does. Does
  // not wait for that; nothing happens if it has ended.
  void Cancel() const;

 private:
  std::shared_ptr<CallFutureState> state_;
};

// The other end: brings the end of a call to its future, once. One that is
// destroyed before brings Internal, so that nobody waits for ever.
class CallPromise {
 public:
  explicit CallPromise(std::shared_ptr<CallFutureState> state)
      : state_(std::move(state)) {}
  CallPromise(CallPromise&&) noexcept = default;
  CallPromise& operator=(CallPromise&&) = delete;
  ~CallPromise();

  void Set(CallFuture::Result end);

  // Brings many: all that can be waited for has come before anybody is woken,
  // so that who takes one after the other is woken once.
  static void SetAll(
      std::vector<std::pair<CallPromise, CallFuture::Result>>&& all);

  // Null once it was brought.
  const std::shared_ptr<CallFutureState>& call() const { return state_; }

 private:
  std::shared_ptr<CallFutureState> state_;
};

std::pair<CallFuture, CallPromise> MakeCallFuture(
    std::weak_ptr<CallCanceller> canceller = {});

// What the call is called by who is asked to cancel it; for one thread.
void SetCallId(CallFutureState* call, uint64_t id);
uint64_t CallIdOf(const CallFutureState& call);

}  // namespace forkrpc

#endif  // FORKRPC_POOL_CALL_FUTURE_H_
