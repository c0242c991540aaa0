// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/blocking_server.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/transport/spin_read.h"

namespace forkrpc {

BlockingServer::BlockingServer(Transport* transport,
                               const BlockingServerOptions& options)
    : transport_(transport),
      form_(options.connection.form),
      flush_(options.flush),
      spin_(options.spin),
      connection_(options.connection) {
  OnAllWritten();
}

absl::Status BlockingServer::Take(CallId call, const Reply& reply) {
  switch (reply.kind()) {
    case Reply::Kind::kResponse:
      return Respond(call, reply.payload());
    case Reply::Kind::kAnswerLater:
      return absl::OkStatus();
    case Reply::Kind::kEndWorker:
      return reply.end();
  }
  return absl::OkStatus();  // not reached
}

absl::Status BlockingServer::AfterCall() {
  if (form_ == Form::kSync && connection_.in_flight() > 0) {
    return absl::FailedPreconditionError(
        "the function returned without a response: AnswerLater() is for the "
        "async form, in the sync form responses have the requests' order");
  }
  return WriteAll();
}

bool BlockingServer::Proceed(absl::Status* end) {
  std::optional<ServerEvent> event = connection_.PollEvent();
  if (!event.has_value()) {
    *end = Receive();
    return end->ok();
  }
  // A request would have been taken before.
  if (event->kind == ServerEvent::kHalfClosed && connection_.in_flight() > 0) {
    // Answers come from functions, and no function will run any more.
    *end = absl::FailedPreconditionError(
        absl::StrCat(connection_.in_flight(),
                     " calls were never answered by the functions"));
    return false;
  }
  if (event->kind == ServerEvent::kClosed) {
    *end = event->status;
    return false;
  }
  return true;
}

absl::Status BlockingServer::Receive() {
  absl::Status flushed = WriteAll();
  if (!flushed.ok()) return flushed;
  if (connection_.wants_shutdown_write()) {
    //= spec/wire.md#FR-CLS-005
    connection_.OnShutdownWriteDone();
    return transport_->ShutdownWrite();
  }
  const absl::Span<char> space = connection_.ReceiveBuffer();
  if (space.empty()) {
    return absl::ResourceExhaustedError(
        absl::StrCat(connection_.in_flight(),
                     " calls wait for a function to answer them, which is the "
                     "limit, and no other call can be read"));
  }
  absl::StatusOr<IoResult> got = SpinRead(transport_, space, spin_);
  if (!got.ok()) {
    connection_.OnReceiveError(got.status());
  } else if (got->kind == IoResult::kEof) {
    connection_.OnReceiveEof();
  } else {
    connection_.OnReceived(got->octets);
  }
  return absl::OkStatus();
}

void BlockingServer::OnAllWritten() {
  flush_at_ = flush_ == FlushPolicy::kWhenIdle ? kFlushAt : 1;
}

absl::Status BlockingServer::SendEvent(absl::string_view payload) {
  absl::Status status =
      connection_.SendEvent(payload, PayloadLifetime::kBorrow);
  if (!status.ok()) return status;
  const bool borrowed = payload.size() >= SendQueue::kMinBorrow;
  if (flush_ == FlushPolicy::kEachEvent || borrowed ||
      connection_.unsent() >= kFlushAt) {
    return WriteAll();
  }
  flush_at_ = 1;
  return absl::OkStatus();
}

//= spec/wire.md#FR-EVT-007
absl::Status BlockingServer::Flush(absl::Duration timeout) {
  const absl::Status flushed =
      FlushUntil(&connection_, transport_, MonotonicNow() + timeout);
  if (flushed.ok()) OnAllWritten();
  return flushed;
}

absl::Status BlockingServer::WriteAll() {
  while (connection_.unsent() > 0) {
    absl::StatusOr<IoResult> put =
        transport_->Write(connection_.SendBuffers(), IoMode::kBlock);
    if (!put.ok()) {
      connection_.OnSendError(put.status());
      return put.status();
    }
    connection_.OnSent(put->octets);
  }
  OnAllWritten();
  return absl::OkStatus();
}

}  // namespace forkrpc
