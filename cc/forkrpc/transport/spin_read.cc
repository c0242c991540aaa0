// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/spin_read.h"

#include "forkrpc/base/clock.h"

namespace forkrpc {

absl::StatusOr<IoResult> TrySpinRead(Transport* transport,
                                     absl::Span<char> buffer,
                                     absl::Duration spin) {
  if (spin <= absl::ZeroDuration()) return IoResult{IoResult::kWouldBlock, 0};
  const MonotonicTime end = MonotonicNow() + spin;
  while (true) {
    absl::StatusOr<IoResult> got = transport->Read(buffer, IoMode::kNonBlock);
    if (!got.ok() || got->kind != IoResult::kWouldBlock) return got;
    if (MonotonicNow() >= end) return got;
  }
}

absl::StatusOr<IoResult> SpinRead(Transport* transport, absl::Span<char> buffer,
                                  absl::Duration spin) {
  absl::StatusOr<IoResult> got = TrySpinRead(transport, buffer, spin);
  if (!got.ok() || got->kind != IoResult::kWouldBlock) return got;
  return transport->Read(buffer, IoMode::kBlock);
}

}  // namespace forkrpc
