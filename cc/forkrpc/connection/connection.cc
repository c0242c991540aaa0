// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/connection.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace forkrpc {

absl::Status CheckReceiveBufferOctets(size_t octets) {
  if (octets >= ReceiveBuffer::kLeastCapacity &&
      octets <= ReceiveBuffer::kMostCapacity) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("receive_buffer_octets is ", ReceiveBuffer::kLeastCapacity,
                   " to ", ReceiveBuffer::kMostCapacity, "; found ", octets));
}

Connection::Connection(FrameLayout send_layout, FrameLayout receive_layout,
                       const WireLimits& limits, size_t receive_buffer_octets)
    : decoder_(receive_layout, limits, receive_buffer_octets),
      send_queue_(send_layout) {
  absl::Status checked = CheckReceiveBufferOctets(receive_buffer_octets);
  if (!checked.ok()) Fail(std::move(checked));
}

void Connection::OnSendError(absl::Status error) {
  if (!send_error_.ok()) return;
  usable_ = false;
  send_error_ = std::move(error);
  send_queue_.Clear();
}

}  // namespace forkrpc
