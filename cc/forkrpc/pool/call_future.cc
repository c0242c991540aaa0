// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/call_future.h"

#include <condition_variable>  // NOLINT(build/c++11)
#include <mutex>               // NOLINT(build/c++11)
#include <optional>

#include "absl/status/status.h"

namespace forkrpc {

// Invariant: `end` is set once; whoever takes it, or has a callback given it,
// is the only future.
//
// Not absl::Mutex, which where it is built to find deadlocks costs more than
// all else here.
struct CallFutureState {
  explicit CallFutureState(std::weak_ptr<CallCanceller> who_cancels)
      : canceller(std::move(who_cancels)) {}

  const std::weak_ptr<CallCanceller> canceller;
  uint64_t id = 0;  // the thread's that brings the end
  std::mutex mutex;
  std::condition_variable has_ended;
  // With the mutex.
  std::optional<CallFuture::Result> end;
  bool is_waited_for = false;
  absl::AnyInvocable<void(CallFuture::Result)> callback;
};

bool CallFuture::Wait(absl::Duration timeout) const {
  std::unique_lock<std::mutex> lock(state_->mutex);
  if (state_->end.has_value()) return true;
  const auto ended = [this] { return state_->end.has_value(); };
  state_->is_waited_for = true;
  if (timeout == absl::InfiniteDuration()) {
    state_->has_ended.wait(lock, ended);
  } else {
    state_->has_ended.wait_for(lock, absl::ToChronoNanoseconds(timeout), ended);
  }
  state_->is_waited_for = false;
  return state_->end.has_value();
}

CallFuture::Result CallFuture::Take() {
  Wait(absl::InfiniteDuration());
  const std::shared_ptr<CallFutureState> state = std::move(state_);
  return *std::move(state->end);
}

void CallFuture::Then(absl::AnyInvocable<void(Result)> callback) {
  std::optional<Result> end;
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (!state_->end.has_value()) {
      state_->callback = std::move(callback);
      return;
    }
    end = std::move(state_->end);
  }
  callback(*std::move(end));
}

void CallFuture::Cancel() const {
  const std::shared_ptr<CallCanceller> canceller = state_->canceller.lock();
  if (canceller != nullptr) canceller->Cancel(state_);
}

CallPromise::~CallPromise() {
  if (state_ != nullptr) Set(absl::InternalError("the call was dropped"));
}

void CallPromise::Set(CallFuture::Result end) {
  std::vector<std::pair<CallPromise, CallFuture::Result>> one;
  one.emplace_back(std::move(*this), std::move(end));
  SetAll(std::move(one));
}

void CallPromise::SetAll(
    std::vector<std::pair<CallPromise, CallFuture::Result>>&& all) {
  using Callback = absl::AnyInvocable<void(CallFuture::Result)>;
  std::vector<std::shared_ptr<CallFutureState>> waited_for;
  std::vector<std::pair<Callback, CallFuture::Result>> called;
  for (auto& [promise, end] : all) {
    const std::shared_ptr<CallFutureState> state = std::move(promise.state_);
    const std::lock_guard<std::mutex> lock(state->mutex);
    if (state->callback != nullptr) {
      called.emplace_back(std::move(state->callback), std::move(end));
      continue;
    }
    state->end = std::move(end);
    if (state->is_waited_for) waited_for.push_back(state);
  }
  for (const auto& state : waited_for) state->has_ended.notify_one();
  for (auto& [callback, end] : called) callback(std::move(end));
}

void SetCallId(CallFutureState* call, uint64_t id) { call->id = id; }

uint64_t CallIdOf(const CallFutureState& call) { return call.id; }

std::pair<CallFuture, CallPromise> MakeCallFuture(
    std::weak_ptr<CallCanceller> canceller) {
  auto state = std::make_shared<CallFutureState>(std::move(canceller));
  return {CallFuture(state), CallPromise(state)};
}

}  // namespace forkrpc
