// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/threaded_pool.h"

#include <algorithm>
#include <condition_variable>  // NOLINT(build/c++11)
#include <cstdio>
#include <cstdlib>
#include <mutex>  // NOLINT(build/c++11)
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/worker_pool.h"

namespace forkrpc {

// Invariants:
// 1. pool_, tasks_ and ends_ are the pool's thread's. loop_ is not null exactly
// as long as that
//    thread runs it.
// 2. What is in orders_ is carried out in its order, by a task that is posted
//    when the first comes; calls are in it only while the state is kServing, or
//    before what drains the pool was posted.
class ThreadedPoolCore final
    : public CallCanceller,
      public std::enable_shared_from_this<ThreadedPoolCore> {
 public:
  explicit ThreadedPoolCore(PoolOptions options)
      : max_octets_(options.max_queue_octets), options_(std::move(options)) {}

  // The pool's thread.
  void Run();
  // Waits until that serves, or cannot.
  absl::Status AwaitStart();

  CallFuture Submit(std::string payload, const PoolCallOptions& options);
  void Cancel(std::shared_ptr<CallFutureState> call) override;
  absl::Status Close(absl::Duration grace);
  PoolStats stats();

 private:
  enum class State { kStarting, kServing, kClosing, kEnded };

  // A call to be made, or without a promise one to be cancelled.
  struct Order {
    std::string payload;
    PoolCallOptions options;
    std::optional<CallPromise> promise;
    std::shared_ptr<CallFutureState> to_cancel;
  };

  absl::Status Serve();
  void Add(Order order);  // with the mutex
  void CarryOut();
  // Ends that come together are brought together, before the loop waits.
  void KeepEnd(CallPromise promise, absl::StatusOr<absl::string_view> end);
  void BringEnds() { CallPromise::SetAll(std::exchange(ends_, {})); }
  const size_t max_octets_;
  PoolOptions options_;  // the pool's thread's from its start on
  std::unique_ptr<WorkerPool> pool_;
  EventLoop* tasks_ = nullptr;  // loop_, for who needs no mutex
  std::vector<std::pair<CallPromise, CallFuture::Result>> ends_;

  std::mutex mutex_;
  std::condition_variable changed_;  // state_, or what stats() asks
  // With the mutex.
  State state_ = State::kStarting;
  EventLoop* loop_ = nullptr;
  std::thread::id thread_;
  std::vector<Order> orders_;
  size_t octets_ = 0;  // of the payloads in orders_
  // Of the start, then of the first Close().
  absl::Status status_;
};

void ThreadedPoolCore::Run() {
  const absl::Status served = Serve();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!served.ok()) status_ = served;
  state_ = State::kEnded;
  changed_.notify_all();
}

absl::Status ThreadedPoolCore::Serve() {
  absl::StatusOr<std::unique_ptr<LibuvLoop>> loop = LibuvLoop::Create();
  if (!loop.ok()) return loop.status();
  options_.on_destroy = [this, user = std::move(options_.on_destroy), &loop] {
    BringEnds();
    if (user) user();
    (*loop)->Stop();
  };
  absl::StatusOr<std::unique_ptr<WorkerPool>> pool =
      WorkerPool::Create(std::move(options_), loop->get());
  if (!pool.ok()) return pool.status();
  pool_ = *std::move(pool);
  tasks_ = loop->get();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    loop_ = loop->get();
    thread_ = std::this_thread::get_id();
    state_ = State::kServing;
    changed_.notify_all();
  }
  (*loop)->Run();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    loop_ = nullptr;
  }
  pool_ = nullptr;
  return absl::OkStatus();
}

absl::Status ThreadedPoolCore::AwaitStart() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return state_ != State::kStarting; });
  return status_;
}

CallFuture ThreadedPoolCore::Submit(std::string payload,
                                    const PoolCallOptions& options) {
  auto [future, promise] = MakeCallFuture(weak_from_this());
  // What counts from now on does not count from when the thread has taken it.
  PoolCallOptions timed = options;
  if (timed.timeout != absl::InfiniteDuration()) {
    timed.deadline = std::min(timed.deadline, MonotonicNow() + timed.timeout);
    timed.timeout = absl::InfiniteDuration();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (state_ != State::kServing) {
    promise.Set(absl::FailedPreconditionError("the pool is closed"));
  } else if (!orders_.empty() && octets_ + payload.size() > max_octets_) {
    promise.Set(absl::ResourceExhaustedError(absl::StrCat(
        octets_, " octets wait for the pool's thread; with ", payload.size(),
        " more they exceed PoolOptions::max_queue_octets, which is ",
        max_octets_)));
  } else {
    octets_ += payload.size();
    Add({std::move(payload), timed, std::move(promise), nullptr});
  }
  return std::move(future);
}

void ThreadedPoolCore::Cancel(std::shared_ptr<CallFutureState> call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (loop_ != nullptr) Add({"", {}, std::nullopt, std::move(call)});
}

void ThreadedPoolCore::Add(Order order) {
  orders_.push_back(std::move(order));
  if (orders_.size() == 1) loop_->Post([this] { CarryOut(); });
}

void ThreadedPoolCore::CarryOut() {
  std::vector<Order> orders;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    orders.swap(orders_);
    octets_ = 0;
  }
  for (Order& order : orders) {
    if (!order.promise.has_value()) {
      // NotFound: it has ended, which is as good.
      pool_->Cancel(CallIdOf(*order.to_cancel)).IgnoreError();
      continue;
    }
    const std::shared_ptr<CallFutureState> call = order.promise->call();
    const PoolCallId id =
        pool_->Call(order.payload, order.options,
                    [this, promise = *std::move(order.promise)](
                        absl::StatusOr<absl::string_view> end) mutable {
                      KeepEnd(std::move(promise), std::move(end));
                    });
    SetCallId(call.get(), id);
  }
}

void ThreadedPoolCore::KeepEnd(CallPromise promise,
                               absl::StatusOr<absl::string_view> end) {
  if (ends_.empty()) tasks_->Defer([this] { BringEnds(); });
  if (end.ok()) {
    ends_.emplace_back(std::move(promise), std::string(*end));
  } else {
    ends_.emplace_back(std::move(promise), std::move(end).status());
  }
}

absl::Status ThreadedPoolCore::Close(absl::Duration grace) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (thread_ == std::this_thread::get_id()) {
    return absl::FailedPreconditionError(
        "Close() in the pool's own thread would wait for itself");
  }
  if (loop_ != nullptr) {
    const bool first =
        std::exchange(state_, State::kClosing) != State::kClosing;
    loop_->Post([this, grace, first] {
      pool_->Drain(grace, [this, first](absl::Status end) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (first) status_ = std::move(end);
      });
    });
  }
  changed_.wait(lock, [this] { return state_ == State::kEnded; });
  return status_;
}

PoolStats ThreadedPoolCore::stats() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (thread_ == std::this_thread::get_id()) return pool_->stats();
  if (loop_ == nullptr) return PoolStats();
  // Shared with a task that may never run.
  const auto answer = std::make_shared<std::optional<PoolStats>>();
  loop_->Post([this, answer] {
    const std::lock_guard<std::mutex> answering(mutex_);
    *answer = pool_->stats();
    changed_.notify_all();
  });
  changed_.wait(lock,
                [&] { return answer->has_value() || state_ == State::kEnded; });
  return answer->value_or(PoolStats());
}

absl::StatusOr<std::unique_ptr<ThreadedPool>> ThreadedPool::Create(
    PoolOptions options) {
  auto core = std::make_shared<ThreadedPoolCore>(std::move(options));
  std::thread thread([core] { core->Run(); });
  const absl::Status started = core->AwaitStart();
  if (started.ok()) {
    return absl::WrapUnique(
        new ThreadedPool(std::move(core), std::move(thread)));
  }
  thread.join();
  return started;
}

ThreadedPool::ThreadedPool(std::shared_ptr<ThreadedPoolCore> core,
                           std::thread thread)
    : core_(std::move(core)), thread_(std::move(thread)) {}

ThreadedPool::~ThreadedPool() {
  if (thread_.get_id() == std::this_thread::get_id()) {
    std::fprintf(stderr,
                 "forkrpc: a ThreadedPool cannot be destroyed in its "
                 "own thread, for whose end it waits\n");
    abort();
  }
  // How it ended was for who has asked Close().
  core_->Close(absl::InfiniteDuration()).IgnoreError();
  thread_.join();
}

CallFuture ThreadedPool::Submit(std::string payload,
                                const PoolCallOptions& options) {
  return core_->Submit(std::move(payload), options);
}

absl::Status ThreadedPool::Close(absl::Duration grace) {
  return core_->Close(grace);
}

PoolStats ThreadedPool::stats() const { return core_->stats(); }

}  // namespace forkrpc
