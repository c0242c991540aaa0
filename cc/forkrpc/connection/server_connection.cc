// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/server_connection.h"

#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {

ServerConnection::ServerConnection(const ServerOptions& options)
    : Connection(RequestLayout(options.form), options.limits),
      options_(options) {}

absl::Status ServerConnection::CheckCanSend(size_t payload_size) const {
  if (!status().ok()) return status();
  if (!send_error().ok()) return send_error();
  if (shutdown_done()) {
    return absl::FailedPreconditionError("the connection has ended");
  }
  return CheckPayloadSize(payload_size, options_.limits.max_payload);
}

absl::Status ServerConnection::CheckAnswerable(CallId call) {
  if (options_.form == Form::kSync) {
    // In flight are [next_response_, next_request_), modulo 2^32.
    const bool in_flight =
        call - next_response_ < next_request_ - next_response_;
    if (in_flight && call != next_response_) {
      return absl::FailedPreconditionError(
          absl::StrCat("call ", call, " cannot be answered before call ",
                       next_response_, " in the sync form"));
    }
    if (in_flight) return absl::OkStatus();
  } else if (calls_.Find(call) != nullptr) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("call ", call,
                   " is not in flight: never asked, or already "
                   "answered"));
}

absl::Status ServerConnection::SendResponse(CallId call,
                                            absl::string_view payload,
                                            PayloadLifetime lifetime) {
  absl::Status status = CheckCanSend(payload.size());
  if (status.ok()) status = CheckAnswerable(call);
  if (!status.ok()) return status;
  uint32_t id = call;
  if (options_.form == Form::kSync) {
    //= spec/wire.md#FR-SID-004
    id = kSyncResponseId;
    ++next_response_;
  } else {
    calls_.Erase(call);
  }
  send_queue().Add(kResponseLayout, id, payload, lifetime);
  return absl::OkStatus();
}

absl::Status ServerConnection::SendEvent(absl::string_view payload,
                                         PayloadLifetime lifetime) {
  absl::Status status = CheckCanSend(payload.size());
  if (!status.ok()) return status;
  send_queue().Add(kResponseLayout, kEventId, payload, lifetime);
  return absl::OkStatus();
}

std::optional<ServerEvent> ServerConnection::PollEvent() {
  while (true) {
    // The parent is gone: whatever else it asked for, nobody will read it.
    if (ABSL_PREDICT_FALSE(!send_error().ok())) Fail(send_error());
    if (ABSL_PREDICT_FALSE(!status().ok())) return PollClosed();
    if (held_back()) return std::nullopt;
    FrameView frame;
    switch (decoder().Next(&frame)) {
      case DecodeResult::kFrame: {
        std::optional<ServerEvent> event = OnFrame(frame);
        if (event.has_value()) return event;
        break;  // an error
      }
      case DecodeResult::kNeedMore:
        return PollEnd();
      case DecodeResult::kError:
        Fail(decoder().status());
        break;
    }
  }
}

std::optional<ServerEvent> ServerConnection::OnFrame(const FrameView& frame) {
  if (options_.form == Form::kSync) {
    return ServerEvent{
        ServerEvent::kRequest, next_request_++, frame.payload, {}};
  }
  //= spec/wire.md#FR-ERR-009
  if (ABSL_PREDICT_FALSE(frame.id == kEventId)) {
    Fail(absl::DataLossError(absl::StrCat("request before offset ",
                                          decoder().offset(), " has id 0")));
    return std::nullopt;
  }
  //= spec/wire.md#FR-ERR-010
  if (ABSL_PREDICT_FALSE(calls_.Find(frame.id) != nullptr)) {
    Fail(absl::DataLossError(absl::StrCat("request before offset ",
                                          decoder().offset(), " has id ",
                                          frame.id, ", which is in flight")));
    return std::nullopt;
  }
  calls_.Insert(frame.id, absl::InfiniteFuture());
  return ServerEvent{ServerEvent::kRequest, frame.id, frame.payload, {}};
}

std::optional<ServerEvent> ServerConnection::PollEnd() {
  if (closed() || !receive_end().has_value()) return std::nullopt;
  if (!receive_end()->ok()) {
    Fail(*receive_end());
    return PollClosed();
  }
  //= spec/wire.md#FR-CLS-003
  if (!half_close_polled_) {
    half_close_polled_ = true;
    return ServerEvent{ServerEvent::kHalfClosed, 0, {}, {}};
  }
  if (!shutdown_done()) return std::nullopt;
  // A fragment at the end is an error, but the requests in front of it have
  // been answered first.
  absl::Status boundary = decoder().Finish();
  if (!boundary.ok()) Fail(std::move(boundary));
  return PollClosed();
}

std::optional<ServerEvent> ServerConnection::PollClosed() {
  if (closed()) return std::nullopt;
  set_closed();
  return ServerEvent{ServerEvent::kClosed, 0, {}, status()};
}

}  // namespace forkrpc
