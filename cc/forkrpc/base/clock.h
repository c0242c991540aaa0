// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MonotonicNow: what time it is on the monotonic clock.
//
// Any thread; no allocation; cannot fail.
//
//   const forkrpc::MonotonicTime deadline =
//       forkrpc::MonotonicNow() + absl::Seconds(5);

#ifndef FORKRPC_BASE_CLOCK_H_
#define FORKRPC_BASE_CLOCK_H_

#include <time.h>

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

inline MonotonicTime MonotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return MonotonicTime::FromEpoch(absl::Seconds(now.tv_sec) +
                                  absl::Nanoseconds(now.tv_nsec));
}

}  // namespace forkrpc

#endif  // FORKRPC_BASE_CLOCK_H_
