// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/connection.h"

#include <utility>

namespace forkrpc {

void Connection::OnSendError(absl::Status error) {
  if (!send_error_.ok()) return;
  usable_ = false;
  send_error_ = std::move(error);
  send_queue_.Clear();
}

}  // namespace forkrpc
