// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SpinRead: a blocking read that first tries for a while without sleeping.
//
// Waking a process on another core takes ten times as long as the call it waits
// for. Who has a core to spare may spin instead: bounded, then it blocks like
// any read. With both processes on one core it only makes the peer wait, so it
// is for the user to ask for.
//
//   absl::StatusOr<IoResult> got =
//       SpinRead(transport, span, absl::Microseconds(50));

#ifndef FORKRPC_TRANSPORT_SPIN_READ_H_
#define FORKRPC_TRANSPORT_SPIN_READ_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Reads without blocking for up to `spin`; kWouldBlock if nothing came, and at
// once if `spin` is zero or less.
absl::StatusOr<IoResult> TrySpinRead(Transport* transport,
                                     absl::Span<char> buffer,
                                     absl::Duration spin);

// As transport->Read(buffer, IoMode::kBlock), after TrySpinRead().
absl::StatusOr<IoResult> SpinRead(Transport* transport, absl::Span<char> buffer,
                                  absl::Duration spin);

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_SPIN_READ_H_
