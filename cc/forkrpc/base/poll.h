// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PollUntil: poll() with an absolute deadline on the monotonic clock.
//
// Hides EINTR: a signal neither ends the wait nor lengthens it. Any thread;
// allocates nothing.
//
//   pollfd wire = {fd, POLLIN, 0};
//   absl::StatusOr<int> ready = forkrpc::PollUntil(
//       absl::MakeSpan(&wire, 1), forkrpc::MonotonicNow() + absl::Seconds(1));
//   if (ready.ok() && *ready == 0) return absl::DeadlineExceededError("...");

#ifndef FORKRPC_BASE_POLL_H_
#define FORKRPC_BASE_POLL_H_

#include <poll.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

// Waits until one of `fds` has something to report or `deadline` has passed.
// Returns how many have (their revents are set), 0 after the deadline. A
// deadline in the past, MonotonicTime::InfinitePast() included, looks once
// without waiting; MonotonicTime::InfiniteFuture() waits for ever. The wait has
// the resolution of the kernel's timers, not of a millisecond, and never ends
// early. Errors: Internal or ResourceExhausted, as poll() gives them.
absl::StatusOr<int> PollUntil(absl::Span<pollfd> fds, MonotonicTime deadline);

}  // namespace forkrpc

#endif  // FORKRPC_BASE_POLL_H_
