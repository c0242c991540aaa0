// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/driver/flush.h"

#include <poll.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/poll.h"

namespace forkrpc {
namespace {

// How much later than promised a stream that goes on taking octets may end it:
// with no time at all, what it takes without waiting is still written.
constexpr absl::Duration kWriting = absl::Milliseconds(10);

absl::Status TooLate(const Connection& connection) {
  return absl::DeadlineExceededError(absl::StrCat(
      "the peer has not taken all that was made in time: ", connection.unsent(),
      " octets are left and stay queued"));
}

}  // namespace

absl::Status FlushUntil(Connection* connection, Transport* transport,
                        MonotonicTime deadline) {
  while (connection->unsent() > 0) {
    const absl::StatusOr<IoResult> put =
        transport->Write(connection->SendBuffers(), IoMode::kNonBlock);
    if (!put.ok()) {
      connection->OnSendError(put.status());
      break;
    }
    if (put->kind == IoResult::kOctets) {
      connection->OnSent(put->octets);
      if (connection->unsent() > 0 && MonotonicNow() >= deadline + kWriting) {
        return TooLate(*connection);
      }
      continue;
    }
    // Here, too: some streams say that they are ready, and take nothing.
    if (MonotonicNow() >= deadline) return TooLate(*connection);
    pollfd room = {transport->write_fd(), POLLOUT, 0};
    const absl::StatusOr<int> ready =
        PollUntil(absl::MakeSpan(&room, 1), deadline);
    if (!ready.ok()) return ready.status();
  }
  return connection->send_error();
}

}  // namespace forkrpc
