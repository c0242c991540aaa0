// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/server_connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {

ServerConnection::ServerConnection(const ServerOptions& options)
    : Connection(kResponseLayout, RequestLayout(options.form), options.limits,
                 options.receive_buffer_octets),
      options_(options) {}

absl::Status ServerConnection::WhyNotSent(size_t payload_size) const {
  if (!status().ok()) return status();
  if (!send_error().ok()) return send_error();
  if (shutdown_done()) {
    return absl::FailedPreconditionError("the connection has ended");
  }
  return CheckPayloadSize(payload_size, options_.limits.max_payload);
}

absl::Status ServerConnection::WhyNotAnswered(CallId call,
                                              size_t payload_size) const {
  absl::Status status = WhyNotSent(payload_size);
  if (!status.ok()) return status;
  // In flight are [next_response_, next_request_), modulo 2^32.
  if (options_.form == Form::kSync &&
      call - next_response_ < next_request_ - next_response_) {
    return absl::FailedPreconditionError(
        absl::StrCat("call ", call, " cannot be answered before call ",
                     next_response_, " in the sync form"));
  }
  return absl::NotFoundError(absl::StrCat(
      "call ", call, " is not in flight: never asked, or already answered"));
}

std::optional<ServerEvent> ServerConnection::PollEvent() {
  CallId call;
  absl::string_view payload;
  if (PollRequest(&call, &payload)) {
    return ServerEvent{ServerEvent::kRequest, call, payload, {}};
  }
  // The parent is gone: whatever else it asked for, nobody will read it.
  if (!send_error().ok()) Fail(send_error());
  if (!status().ok()) return PollClosed();
  if (held_back()) return std::nullopt;
  FrameView frame;
  switch (decoder().Next(&frame)) {
    case DecodeResult::kFrame:
      //= spec/wire.md#FR-ERR-009
      //= spec/wire.md#FR-ERR-010
      Fail(absl::DataLossError(absl::StrCat(
          "request before offset ", decoder().offset(), " has id ", frame.id,
          frame.id == kEventId ? "" : ", which is in flight")));
      return PollClosed();
    case DecodeResult::kNeedMore:
      return PollEnd();
    case DecodeResult::kError:
      Fail(decoder().status());
      return PollClosed();
  }
  return std::nullopt;  // not reached
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
