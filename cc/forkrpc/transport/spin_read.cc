// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/spin_read.h"

#include "forkrpc/base/clock.h"

namespace forkrpc {

absl::StatusOr<IoResult> SpinRead(Transport* transport, absl::Span<char> buffer,
                                  absl::Duration spin) {
  if (spin > absl::ZeroDuration()) {
    const absl::Time end = MonotonicNow() + spin;
    do {
      absl::StatusOr<IoResult> got = transport->Read(buffer, IoMode::kNonBlock);
      if (!got.ok() || got->kind != IoResult::kWouldBlock) return got;
    } while (MonotonicNow() < end);
  }
  return transport->Read(buffer, IoMode::kBlock);
}

}  // namespace forkrpc
