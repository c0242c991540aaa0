// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsioNative: what LoopCore needs of a loop, made of an io_context of Asio's,
// standalone or Boost's.
//
// For the thread that runs the io_context, but for Wake(). Who instantiates it
// says first what the parts of the library are called:
//
//   template <>
//   struct AsioParts<StandaloneAsio> {
//     using IoContext = asio::io_context;
//     using Descriptor = asio::posix::stream_descriptor;
//     using Timer = asio::steady_timer;
//     using ErrorCode = asio::error_code;
//     static constexpr auto kAborted = asio::error::operation_aborted;
//     template <typename Handler>
//     static void Post(IoContext* io, Handler handler);
//     static auto KeepRunning(IoContext* io);
//   };

#ifndef FORKRPC_EVENT_LOOP_ASIO_NATIVE_H_
#define FORKRPC_EVENT_LOOP_ASIO_NATIVE_H_

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/asio_watch.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/low_descriptors.h"

namespace forkrpc {

template <typename Library>
struct AsioParts;

// Asio has no place to run something before it waits: tasks are a handler that
// posts itself while there are tasks.
template <typename Library>
class AsioNative final
    : public NativeLoop,
      public std::enable_shared_from_this<AsioNative<Library>> {
  using Parts = AsioParts<Library>;
  using IoContext = typename Parts::IoContext;

 public:
  explicit AsioNative(IoContext* io) : io_(io), core_(this), timer_(*io) {}
  static std::shared_ptr<AsioNative> Make(IoContext* io) {
    // Asio opens its descriptors when the first timer is made.
    const LowDescriptors low;
    return std::make_shared<AsioNative>(io);
  }

  // While what it returns lives, run() goes on with nothing to do.
  static auto KeepRunning(IoContext* io) { return Parts::KeepRunning(io); }

  LoopCore* core() { return &core_; }

  absl::StatusOr<std::unique_ptr<LoopWatch>> Watch(
      int fd, EventLoop::FdCallback callback) override {
    return AsioWatch<Parts>::Make(io_, &core_, fd, std::move(callback));
  }

  void TurnSoon() override {
    if (std::exchange(turn_is_due_, true)) return;
    Parts::Post(io_, [weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->RunTurn();
    });
  }

  void Wake() override {
    Parts::Post(io_, [weak = this->weak_from_this()] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->core_.TakePosted();
      self->TurnSoon();
    });
  }

  void RingAt(MonotonicTime next) override {
    if (next == MonotonicTime::InfiniteFuture()) {
      armed_ = next;
      timer_.cancel();
      return;
    }
    if (armed_ <= next) return;  // it rings too early, and is armed anew
    armed_ = next;
    // MonotonicNow() counts from the same moment as this clock.
    const absl::Duration since_start =
        std::max(next.since_epoch(), absl::ZeroDuration());
    timer_.expires_at(
        std::chrono::steady_clock::time_point(absl::ToChronoNanoseconds(
            absl::Ceil(since_start, absl::Nanoseconds(1)))));
    timer_.async_wait([weak = this->weak_from_this()](
                          const typename Parts::ErrorCode& error) {
      const auto self = weak.lock();
      if (self != nullptr && !error) self->OnRing();
    });
  }

 private:
  void RunTurn() {
    turn_is_due_ = false;
    // Also if a task throws.
    const absl::Cleanup go_on = [this] {
      if (core_.has_tasks()) TurnSoon();
    };
    core_.RunTasks();
  }

  void OnRing() {
    armed_ = MonotonicTime::InfiniteFuture();
    const absl::Cleanup go_on = [this] { RingAt(core_.next_timer()); };
    core_.RingTimers();
  }

  IoContext* const io_;
  LoopCore core_;
  typename Parts::Timer timer_;
  // What timer_ waits for, or for something earlier.
  MonotonicTime armed_ = MonotonicTime::InfiniteFuture();
  bool turn_is_due_ = false;  // a handler that calls RunTurn() was posted
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_ASIO_NATIVE_H_
