// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MonotonicTime: a point in time on the monotonic clock.
//
// Deadlines are points in time on this clock, timeouts are absl::Durations. The
// clock's epoch is arbitrary, and setting the wall clock moves no deadline. It
// is a type of its own, so that absl::Now() cannot be given for a deadline by
// accident: that does not compile. A value is as cheap to copy as a Duration.
// Any thread; no allocation; cannot fail. clock.h has MonotonicNow().
//
//   const forkrpc::MonotonicTime deadline =
//       forkrpc::MonotonicNow() + absl::Milliseconds(5);
//   int turns = 0;
//   while (forkrpc::MonotonicNow() < deadline) ++turns;

#ifndef FORKRPC_BASE_MONOTONIC_TIME_H_
#define FORKRPC_BASE_MONOTONIC_TIME_H_

#include <ostream>
#include <utility>

#include "absl/time/time.h"

namespace forkrpc {

// Arithmetic saturates as that of absl::Duration does: an infinite timeout
// gives a deadline that never comes.
class MonotonicTime {
 public:
  // The clock's epoch.
  constexpr MonotonicTime() = default;

  // Later, and earlier, than any other.
  static constexpr MonotonicTime InfiniteFuture() {
    return MonotonicTime(absl::InfiniteDuration());
  }
  static constexpr MonotonicTime InfinitePast() {
    return MonotonicTime(-absl::InfiniteDuration());
  }

  // For who has a time of CLOCK_MONOTONIC from elsewhere, such as
  // std::chrono::steady_clock on Linux.
  static constexpr MonotonicTime FromEpoch(absl::Duration since_epoch) {
    return MonotonicTime(since_epoch);
  }
  constexpr absl::Duration since_epoch() const { return since_epoch_; }

  MonotonicTime& operator+=(absl::Duration d) {
    since_epoch_ += d;
    return *this;
  }
  MonotonicTime& operator-=(absl::Duration d) {
    since_epoch_ -= d;
    return *this;
  }
  friend MonotonicTime operator+(MonotonicTime t, absl::Duration d) {
    return t += d;
  }
  friend MonotonicTime operator-(MonotonicTime t, absl::Duration d) {
    return t -= d;
  }
  friend absl::Duration operator-(MonotonicTime a, MonotonicTime b) {
    return a.since_epoch_ - b.since_epoch_;
  }

  friend constexpr bool operator==(MonotonicTime a, MonotonicTime b) {
    return a.since_epoch_ == b.since_epoch_;
  }
  friend constexpr bool operator!=(MonotonicTime a, MonotonicTime b) {
    return !(a == b);
  }
  friend constexpr bool operator<(MonotonicTime a, MonotonicTime b) {
    return a.since_epoch_ < b.since_epoch_;
  }
  friend constexpr bool operator>(MonotonicTime a, MonotonicTime b) {
    return b < a;
  }
  friend constexpr bool operator<=(MonotonicTime a, MonotonicTime b) {
    return !(b < a);
  }
  friend constexpr bool operator>=(MonotonicTime a, MonotonicTime b) {
    return !(a < b);
  }

  template <typename H>
  friend H AbslHashValue(H state, MonotonicTime t) {
    return H::combine(std::move(state), t.since_epoch_);
  }
  friend std::ostream& operator<<(std::ostream& out, MonotonicTime t) {
    return out << "epoch + " << absl::FormatDuration(t.since_epoch_);
  }

 private:
  explicit constexpr MonotonicTime(absl::Duration since_epoch)
      : since_epoch_(since_epoch) {}

  absl::Duration since_epoch_;
};

}  // namespace forkrpc

#endif  // FORKRPC_BASE_MONOTONIC_TIME_H_
