// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The monotonic clock, as absl::Time.
//
// Deadlines are absolute times on this clock, timeouts are absl::Durations. Its
// epoch is arbitrary, so a value means nothing to a calendar, and setting the
// wall clock moves no deadline. Any thread; no allocation; cannot fail.
//
//   const absl::Time deadline = forkrpc::MonotonicNow() + absl::Seconds(5);

#ifndef FORKRPC_BASE_CLOCK_H_
#define FORKRPC_BASE_CLOCK_H_

#include <time.h>

#include "absl/time/time.h"

namespace forkrpc {

inline absl::Time MonotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::UnixEpoch() + absl::Seconds(now.tv_sec) +
         absl::Nanoseconds(now.tv_nsec);
}

}  // namespace forkrpc

#endif  // FORKRPC_BASE_CLOCK_H_
