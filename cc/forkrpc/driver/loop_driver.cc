// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/driver/loop_driver.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/driver/flush.h"

namespace forkrpc {

LoopDriver::LoopDriver(Connection* connection, Transport* transport,
                       EventLoop* loop, absl::AnyInvocable<void()> on_input)
    : connection_(connection),
      transport_(transport),
      loop_(loop),
      on_input_(std::move(on_input)) {}

absl::Status LoopDriver::Start() {
  const int read_fd = transport_->read_fd();
  const int write_fd = transport_->write_fd();
  absl::StatusOr<std::unique_ptr<FdWatch>> watch =
      loop_->WatchFd(read_fd, [this](unsigned ready) { OnReady(ready); });
  if (!watch.ok()) return watch.status();
  watch_ = *std::move(watch);
  if (write_fd != read_fd) {
    watch =
        loop_->WatchFd(write_fd, [this](unsigned ready) { OnReady(ready); });
    if (!watch.ok()) return watch.status();
    write_watch_ = *std::move(watch);
  }
  Wait();
  return absl::OkStatus();
}

void LoopDriver::Stop() {
  connection_ = nullptr;
  watch_ = nullptr;
  write_watch_ = nullptr;
}

void LoopDriver::SetPaused(bool paused) {
  paused_ = paused;
  Update();
}

void LoopDriver::ScheduleTurn() {
  turn_due_ = true;
  loop_->Defer([weak = weak_from_this()] {
    const std::shared_ptr<LoopDriver> driver = weak.lock();
    if (driver != nullptr) driver->RunTurn();
  });
}

void LoopDriver::RunTurn() {
  turn_due_ = false;
  if (connection_ == nullptr) return;
  FlushNow();
  LetPoll();
  Wait();
}

void LoopDriver::LetPoll() {
  // If the user throws, what is left to poll comes with the next turn.
  absl::Cleanup go_on = [this] { Update(); };
  on_input_();
  std::move(go_on).Cancel();
}

void LoopDriver::OnReady(unsigned ready) {
  const std::shared_ptr<LoopDriver> keep = shared_from_this();
  if ((ready & EventLoop::kWritable) != 0) {
    write_blocked_ = false;
    Update();
  }
  if ((ready & EventLoop::kReadable) != 0 && !paused_ && Read()) LetPoll();
  Wait();
}

bool LoopDriver::Read() {
  const absl::Span<char> space = connection_->ReceiveBuffer();
  if (space.empty()) return false;
  const absl::StatusOr<IoResult> got =
      transport_->Read(space, IoMode::kNonBlock);
  if (!got.ok()) {
    connection_->OnReceiveError(got.status());
  } else if (got->kind == IoResult::kEof) {
    connection_->OnReceiveEof();
  } else if (got->kind == IoResult::kWouldBlock) {
    return false;
  } else {
    connection_->OnReceived(got->octets);
  }
  return true;
}

void LoopDriver::FlushNow() {
  // What has expired is not sent, though the loop may have come to the write
  // before it came to the timer.
  if (connection_->NextTimeout() != MonotonicTime::InfiniteFuture()) {
    connection_->OnTimeout(MonotonicNow());
  }
  while (!write_blocked_ && connection_->unsent() > 0) {
    const absl::StatusOr<IoResult> put =
        transport_->Write(connection_->SendBuffers(), IoMode::kNonBlock);
    if (!put.ok()) {
      connection_->OnSendError(put.status());
      StopWriting();
    } else if (put->kind == IoResult::kWouldBlock) {
      write_blocked_ = true;
    } else {
      connection_->OnSent(put->octets);
    }
  }
  if (connection_->wants_shutdown_write()) {
    connection_->OnShutdownWriteDone();
    // Half-closing closes the write end if it has a descriptor of its own.
    write_watch_ = nullptr;
    const absl::Status status = transport_->ShutdownWrite();
    if (!status.ok()) connection_->OnSendError(status);
  }
}

absl::Status LoopDriver::Flush(MonotonicTime deadline) {
  const absl::Status flushed = FlushUntil(connection_, transport_, deadline);
  if (!connection_->send_error().ok()) StopWriting();
  write_blocked_ = connection_->unsent() > 0;
  Update();
  return flushed;
}

void LoopDriver::StopWriting() {
  write_watch_ = nullptr;
  transport_->ShutdownWrite().IgnoreError();
}

void LoopDriver::Wait() {
  if (connection_ == nullptr) return;
  // What has been polled may make a half-close due.
  if (connection_->wants_shutdown_write()) Update();
  if (turn_due_) return;
  const unsigned read =
      !paused_ && connection_->wants_octets() ? EventLoop::kReadable : 0;
  const unsigned write = connection_->unsent() > 0 ? EventLoop::kWritable : 0;
  if (write_watch_ != nullptr) {
    watch_->SetInterest(read);
    write_watch_->SetInterest(write);
  } else {
    watch_->SetInterest(read | write);
  }
}

}  // namespace forkrpc
