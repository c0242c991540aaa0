// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/simulation_driver.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace forkrpc {

bool FlushNow(Connection* connection, Transport* transport,
              absl::FunctionRef<void()> on_fault) {
  bool moved = false;
  absl::Status failed;
  while (connection->unsent() > 0) {
    const absl::StatusOr<IoResult> put =
        transport->Write(connection->SendBuffers(), IoMode::kNonBlock);
    if (!put.ok()) {
      failed = put.status();
      break;
    }
    if (put->kind == IoResult::kWouldBlock) break;
    connection->OnSent(put->octets);
    moved = true;
  }
  if (failed.ok() && connection->wants_shutdown_write()) {
    connection->OnShutdownWriteDone();
    failed = transport->ShutdownWrite();
    moved = true;
  }
  if (failed.ok()) return moved;
  on_fault();
  connection->OnSendError(failed);
  // So that a peer that is still there ends too.
  transport->ShutdownWrite().IgnoreError();
  return true;
}

bool ReadOnce(Connection* connection, Transport* transport,
              uint64_t* received) {
  const absl::Span<char> space = connection->ReceiveBuffer();
  if (space.empty()) return false;
  const absl::StatusOr<IoResult> got =
      transport->Read(space, IoMode::kNonBlock);
  if (!got.ok()) {
    connection->OnReceiveError(got.status());
  } else if (got->kind == IoResult::kEof) {
    connection->OnReceiveEof();
  } else if (got->kind == IoResult::kOctets) {
    connection->OnReceived(got->octets);
    *received += got->octets;
  } else {
    return false;
  }
  return true;
}

}  // namespace forkrpc
