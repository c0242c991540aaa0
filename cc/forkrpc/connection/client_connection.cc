// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/client_connection.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {
namespace {

// Where there are no ids left a call must be refused, whatever the limit.
ClientOptions WithinTheIds(ClientOptions options) {
  options.max_in_flight = std::min<size_t>(options.max_in_flight, kMaxCallId);
  return options;
}

}  // namespace

ClientConnection::ClientConnection(const ClientOptions& options)
    : Connection(RequestLayout(options.form), kResponseLayout, options.limits,
                 options.receive_buffer_octets),
      options_(WithinTheIds(options)),
      max_in_flight_(options_.max_in_flight),
      next_id_(options.first_id == kEventId ? 1 : options.first_id),
      oldest_(next_id_) {}

absl::Status ClientConnection::WhyNotStarted(size_t payload_size) const {
  if (!status().ok()) return status();
  if (!send_error().ok()) return send_error();
  if (closed()) {
    return absl::FailedPreconditionError("the connection has ended");
  }
  if (half_closing_.asked()) {
    return absl::FailedPreconditionError(
        "no more calls after the half-close was asked for");
  }
  if (calls_.size() >= max_in_flight_) {
    return absl::ResourceExhaustedError(absl::StrCat(
        calls_.size(), " calls in flight, the limit is ", max_in_flight_));
  }
  if (!send_queue().empty() &&
      send_queue().size() + payload_size > options_.max_unsent) {
    return absl::ResourceExhaustedError(
        absl::StrCat(send_queue().size(), " octets unsent, with ", payload_size,
                     " more they exceed the limit of ", options_.max_unsent));
  }
  return CheckPayloadSize(payload_size, options_.limits.max_payload);
}

absl::StatusOr<CallId> ClientConnection::StartCallWithDeadline(
    absl::string_view payload, MonotonicTime deadline,
    PayloadLifetime lifetime) {
  absl::StatusOr<CallId> id = StartCall(payload, lifetime);
  if (id.ok() && deadline != MonotonicTime::InfiniteFuture()) {
    *calls_.Find(*id) = CallState::kTimed;
    deadlines_.Add(*id, deadline);
  }
  return id;
}

bool ClientConnection::RemoveRequest(CallId call) {
  const CallId newest = next_id_ == 1 ? kMaxCallId : next_id_ - 1;
  return send_queue().Remove(call, newest);
}

void ClientConnection::Abandon(CallState* call, CallId id, CallState state,
                               absl::Status why, bool unsent) {
  *call = state;
  failed_.push_back(Failed{id, std::move(why), unsent});
}

void ClientConnection::SetGaps(size_t gaps) {
  gaps_ = gaps;
  max_in_flight_ = std::min<size_t>(options_.max_in_flight, kMaxCallId - gaps);
}

absl::Status ClientConnection::CancelCall(CallId call) {
  CallState* const state = calls_.Find(call);
  if (state == nullptr ? IsLost(call) : *state == CallState::kExpired) {
    return absl::OkStatus();
  }
  if (state == nullptr || *state > CallState::kTimed) {
    return absl::NotFoundError(
        absl::StrCat("call ", call, " is not waited for"));
  }
  if (*state == CallState::kTimed) deadlines_.Remove(call);
  Abandon(state, call, CallState::kCancelled,
          absl::CancelledError(absl::StrCat("call ", call, " was cancelled")),
          RemoveRequest(call));
  return absl::OkStatus();
}

bool ClientConnection::CancelUnsentCall(CallId call) {
  CallState* const state = calls_.Find(call);
  if (state == nullptr || *state > CallState::kTimed || !RemoveRequest(call)) {
    return false;
  }
  if (*state == CallState::kTimed) deadlines_.Remove(call);
  Abandon(state, call, CallState::kCancelled,
          absl::CancelledError(
              absl::StrCat("call ", call, " was cancelled, and not sent")),
          /*unsent=*/true);
  return true;
}

bool ClientConnection::is_open(CallId call) const {
  const CallState* const state = calls_.Find(call);
  return state == nullptr ? IsLost(call) : *state != CallState::kAbandoned;
}

void ClientConnection::OnTimeout(MonotonicTime now) {
  half_closing_.OnTime(now);
  while (std::optional<CallId> call = deadlines_.PopDue(now)) {
    Abandon(calls_.Find(*call), *call, CallState::kExpired,
            absl::DeadlineExceededError(absl::StrCat(
                "call ", *call, " has no response at its deadline")),
            RemoveRequest(*call));
  }
}

std::optional<ClientEvent> ClientConnection::PollEvent() {
  std::optional<ClientEvent> event = PollUntilEnd();
  return event.has_value() || !over_ ? std::move(event) : PollEnd();
}

std::optional<ClientEvent> ClientConnection::PollUntilEnd() {
  CallId call;
  absl::string_view payload;
  if (PollResponse(&call, &payload)) {
    return ClientEvent{ClientEvent::kResponse, call, payload, {}};
  }
  while (true) {
    if (!failed_.empty()) return PopFailed();
    if (over_) return std::nullopt;
    FrameView frame;
    switch (decoder().Next(&frame)) {
      case DecodeResult::kFrame: {
        std::optional<ClientEvent> event = OnFrame(frame);
        if (event.has_value()) return event;
        break;
      }
      case DecodeResult::kNeedMore: {
        if (!receive_end().has_value()) return std::nullopt;
        absl::Status how = EndOfStreamStatus();
        if (!how.ok()) Fail(std::move(how));
        over_ = true;
        break;
      }
      case DecodeResult::kError:
        Fail(decoder().status());
        break;
    }
    if (!status().ok()) over_ = true;
  }
}

std::optional<ClientEvent> ClientConnection::OnFrame(const FrameView& frame) {
  //= spec/wire.md#FR-EVT-002
  if (frame.id == kEventId) {
    return ClientEvent{ClientEvent::kEvent, 0, frame.payload, {}};
  }
  while (gaps_ > 0 && calls_.Find(oldest_) == nullptr) {
    oldest_ = NextId(oldest_);
    SetGaps(gaps_ - 1);
  }
  const CallId id = CallOf(frame);
  const CallState* const found = calls_.Find(id);
  if (found == nullptr) {
    //= spec/wire.md#FR-ERR-001
    //= spec/wire.md#FR-ERR-002
    Fail(absl::DataLossError(absl::StrCat(
        "response before offset ", decoder().offset(), " has id ", frame.id,
        calls_.size() == 0 ? ", but no call is in flight"
                           : ", which is not that of a call in flight")));
    return std::nullopt;
  }
  const CallState call = *found;
  if (call == CallState::kTimed) deadlines_.Remove(id);
  calls_.Erase(id);
  if (options_.form == Form::kSync) oldest_ = NextId(oldest_);
  if (call > CallState::kTimed) return std::nullopt;
  --open_calls_;
  return ClientEvent{ClientEvent::kResponse, id, frame.payload, {}};
}

absl::Status ClientConnection::EndOfStreamStatus() const {
  const absl::Status& how = *receive_end();
  if (!how.ok()) return how;
  const absl::Status boundary = decoder().Finish();
  if (!boundary.ok()) return boundary;
  if (calls_.size() > 0) {
    //= spec/wire.md#FR-ERR-003
    //= spec/wire.md#FR-CLS-012
    const std::string end = absl::StrCat(
        "the child ended the stream at offset ", decoder().offset(), " with ",
        calls_.size(), calls_.size() == 1 ? " call" : " calls", " in flight");
    // It may have ended because it could not be told any more.
    return send_error().ok()
               ? absl::UnavailableError(end)
               : absl::Status(send_error().code(),
                              absl::StrCat(end, " after an error: ",
                                           send_error().message()));
  }
  //= spec/wire.md#FR-CLS-007
  if (half_closing_.asked()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the child ended the stream at offset ", decoder().offset(),
                   ", although the parent had not half-closed"));
}

std::optional<ClientEvent> ClientConnection::PollEnd() {
  if (closed()) return std::nullopt;
  //= spec/wire.md#FR-ERR-007
  LoseCalls();
  send_queue().Clear();
  if (lost_polled_ < lost_.size()) {
    --open_calls_;
    return ClientEvent{
        ClientEvent::kCallFailed, lost_[lost_polled_++], {}, status()};
  }
  set_closed();
  return ClientEvent{ClientEvent::kClosed, 0, {}, status()};
}

void ClientConnection::LoseCalls() {
  if (calls_.size() == 0) return;
  calls_.ForEach([this](CallId id, CallState call) {
    if (call <= CallState::kTimed) lost_.push_back(id);
  });
  // The table has no order. Oldest first: by distance from the next id.
  std::sort(lost_.begin(), lost_.end(),
            [this](CallId a, CallId b) { return next_id_ - a > next_id_ - b; });
  calls_.Clear();
  deadlines_.Clear();
}

bool ClientConnection::IsLost(CallId call) const {
  const auto unpolled = lost_.begin() + static_cast<ptrdiff_t>(lost_polled_);
  return std::binary_search(
      unpolled, lost_.end(), call,
      [this](CallId a, CallId b) { return next_id_ - a > next_id_ - b; });
}

std::optional<ClientEvent> ClientConnection::PopFailed() {
  --open_calls_;
  Failed failed = std::move(failed_.front());
  failed_.pop_front();
  if (failed.unsent) {
    // The child does not know of it: no response will come.
    calls_.Erase(failed.call);
    if (options_.form == Form::kSync) SetGaps(gaps_ + 1);
  } else {
    *calls_.Find(failed.call) = CallState::kAbandoned;
  }
  return ClientEvent{
      ClientEvent::kCallFailed, failed.call, {}, std::move(failed.why)};
}

}  // namespace forkrpc
