// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/connection_pump.h"

#include <poll.h>

#include <algorithm>

#include "absl/base/optimization.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/poll.h"
#include "forkrpc/transport/spin_read.h"

namespace forkrpc {
namespace {

// How long a blocking read may leave a worker's standard error undrained. A
// worker that fills the pipe sooner waits this long, once.
constexpr absl::Duration kReadTimeout = absl::Milliseconds(100);

}  // namespace

ConnectionPump::ConnectionPump(ClientConnection* connection,
                               Transport* transport, WorkerProcess* process,
                               absl::Duration spin)
    : connection_(connection),
      transport_(transport),
      process_(process),
      spin_(spin) {
  if (process_ != nullptr && process_->stderr_fd() >= 0) {
    always_poll_ = !transport_->SetReadTimeout(kReadTimeout).ok();
  }
}

void ConnectionPump::Flush() {
  while (connection_->unsent() > 0) {
    absl::StatusOr<IoResult> put =
        transport_->Write(connection_->SendBuffers(), IoMode::kNonBlock);
    if (!put.ok()) {
      connection_->OnSendError(put.status());
      // The worker may live: it learns that nothing more comes, and ends.
      transport_->ShutdownWrite().IgnoreError();
      return;
    }
    if (put->kind == IoResult::kWouldBlock) return;
    connection_->OnSent(put->octets);
  }
  if (ABSL_PREDICT_FALSE(connection_->wants_shutdown_write())) {
    connection_->OnShutdownWriteDone();
    absl::Status status = transport_->ShutdownWrite();
    if (!status.ok()) connection_->OnSendError(std::move(status));
  }
}

void ConnectionPump::Wait(MonotonicTime deadline) {
  Flush();
  const absl::Span<char> space = connection_->ReceiveBuffer();
  if (space.empty()) return;
  deadline = std::min(deadline, connection_->NextTimeout());

  const bool all_sent = connection_->unsent() == 0;
  if (all_sent && spin_ > absl::ZeroDuration()) {
    absl::StatusOr<IoResult> got = TrySpinRead(transport_, space, spin_);
    if (!got.ok() || got->kind != IoResult::kWouldBlock) return OnRead(got);
  }
  if (!all_sent || always_poll_ || poll_next_ ||
      deadline != MonotonicTime::InfiniteFuture()) {
    return WaitPolling(space, deadline);
  }
  absl::StatusOr<IoResult> got = transport_->Read(space, IoMode::kBlock);
  // The worker takes its time: also look at its standard error from now on.
  poll_next_ = got.ok() && got->kind == IoResult::kWouldBlock;
  OnRead(got);
}

void ConnectionPump::WaitPolling(absl::Span<char> space,
                                 MonotonicTime deadline) {
  pollfd fds[3];
  size_t count = 0;
  pollfd* const readable = &fds[count++];
  *readable = {transport_->read_fd(), POLLIN, 0};
  if (connection_->unsent() > 0) {
    fds[count++] = {transport_->write_fd(), POLLOUT, 0};
  }
  pollfd* captured = nullptr;
  if (process_ != nullptr && process_->stderr_fd() >= 0) {
    captured = &fds[count++];
    *captured = {process_->stderr_fd(), POLLIN, 0};
  }
  absl::StatusOr<int> ready = PollUntil(absl::MakeSpan(fds, count), deadline);
  if (!ready.ok()) {
    connection_->OnReceiveError(ready.status());
    return;
  }
  if (captured != nullptr && captured->revents != 0) process_->DrainStderr();
  if (readable->revents != 0) {
    poll_next_ = false;
    OnRead(transport_->Read(space, IoMode::kNonBlock));
  }
  if (connection_->NextTimeout() != MonotonicTime::InfiniteFuture()) {
    connection_->OnTimeout(MonotonicNow());
  }
}

void ConnectionPump::OnRead(const absl::StatusOr<IoResult>& got) {
  if (!got.ok()) {
    connection_->OnReceiveError(got.status());
  } else if (got->kind == IoResult::kEof) {
    connection_->OnReceiveEof();
  } else if (got->kind == IoResult::kOctets) {
    connection_->OnReceived(got->octets);
  }
}

}  // namespace forkrpc
