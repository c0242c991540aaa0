// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Stopwatch: how long something was watched, on a clock that nobody sets.
//
// A runner that was stopped, or whose machine slept, has not watched its testee
// meanwhile: of the time between two looks only as much counts as a look and
// some waiting for a processor take. One thread; allocates nothing.
//
//   Stopwatch stopwatch;
//   while (stopwatch.watched() < limit) {
//     Poll();
//     stopwatch.Look();
//   }

#ifndef CONFORMANCE_RUNNER_BASE_STOPWATCH_H_
#define CONFORMANCE_RUNNER_BASE_STOPWATCH_H_

#include "absl/time/time.h"

namespace forkrpc::conformance {

// Time on the monotonic clock, from a beginning that means nothing.
absl::Duration MonotonicNow();

// Invariant: watched_ never exceeds the time since construction.
class Stopwatch {
 public:
  // What one look may count.
  static constexpr absl::Duration kLongestLook = absl::Milliseconds(100);

  Stopwatch() : start_(MonotonicNow()), last_(start_) {}

  // Somebody looks now. Returns what this added to watched().
  absl::Duration Look();

  absl::Duration watched() const { return watched_; }
  // Since construction, looked at or not.
  absl::Duration elapsed() const { return MonotonicNow() - start_; }

 private:
  const absl::Duration start_;
  absl::Duration last_;
  absl::Duration watched_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_STOPWATCH_H_
