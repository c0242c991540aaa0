// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/stopwatch.h"

#include <time.h>

#include <algorithm>

namespace forkrpc::conformance {

absl::Duration MonotonicNow() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::DurationFromTimespec(now);
}

absl::Duration Stopwatch::Look() {
  const absl::Duration now = MonotonicNow();
  const absl::Duration look = std::min(now - last_, kLongestLook);
  last_ = now;
  watched_ += look;
  return look;
}

}  // namespace forkrpc::conformance
