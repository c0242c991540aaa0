// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/poll.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/errno_status.h"

namespace forkrpc {
namespace {

// A wait this long is broken into several, so that any finite deadline fits
// the kernel's timespec.
constexpr absl::Duration kLongestWait = absl::Hours(24 * 365);

}  // namespace

absl::StatusOr<int> PollUntil(absl::Span<pollfd> fds, MonotonicTime deadline) {
  const bool forever = deadline == MonotonicTime::InfiniteFuture();
  for (;;) {
    timespec wait = {0, 0};
    bool last = true;
    if (!forever && deadline != MonotonicTime::InfinitePast()) {
      // Rounded up: waking a fraction early would spin until the deadline.
      const absl::Duration left =
          absl::Ceil(deadline - MonotonicNow(), absl::Nanoseconds(1));
      last = left <= kLongestWait;
      wait = absl::ToTimespec(
          std::clamp(left, absl::ZeroDuration(), kLongestWait));
    }
    const int ready =
        ppoll(fds.data(), fds.size(), forever ? nullptr : &wait, nullptr);
    if (ready > 0 || (ready == 0 && last)) return ready;
    if (ready < 0 && errno != EINTR) return ErrnoStatus(errno, "poll");
  }
}

}  // namespace forkrpc
