// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/client_connection.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {
namespace {

// 0 is never an id: 0xFFFFFFFF is followed by 1.
CallId NextId(CallId id) { return id == 0xFFFFFFFF ? 1 : id + 1; }

}  // namespace

ClientConnection::ClientConnection(const ClientOptions& options)
    : Connection(kResponseLayout, options.limits),
      options_(options),
      next_id_(options.first_id == kEventId ? 1 : options.first_id),
      oldest_(next_id_) {}

absl::Status ClientConnection::CheckCanStart(size_t payload_size) const {
  if (!status().ok()) return status();
  if (!send_error().ok()) return send_error();
  if (closed()) {
    return absl::FailedPreconditionError("the connection has ended");
  }
  if (half_close_requested_) {
    return absl::FailedPreconditionError(
        "no more calls after the half-close was asked for");
  }
  if (!can_start_call()) {
    return absl::ResourceExhaustedError(
        absl::StrCat(calls_.size(), " calls in flight, the limit is ",
                     options_.max_in_flight));
  }
  if (!send_queue().empty() &&
      send_queue().size() + payload_size > options_.max_unsent) {
    return absl::ResourceExhaustedError(
        absl::StrCat(send_queue().size(), " octets unsent, with ", payload_size,
                     " more they exceed the limit of ", options_.max_unsent));
  }
  return CheckPayloadSize(payload_size, options_.limits.max_payload);
}

absl::StatusOr<CallId> ClientConnection::StartCall(absl::string_view payload,
                                                   absl::Time deadline,
                                                   PayloadLifetime lifetime) {
  absl::Status can_start = CheckCanStart(payload.size());
  if (!can_start.ok()) return can_start;
  const CallId id = TakeId();
  calls_.Insert(id, deadline);
  ++open_calls_;
  if (deadline != absl::InfiniteFuture()) deadlines_.emplace(deadline, id);
  send_queue().Add(RequestLayout(options_.form), id, payload, lifetime);
  return id;
}

//= spec/wire.md#FR-SID-008
CallId ClientConnection::TakeId() {
  // Ends: max_in_flight is far below the number of ids.
  while (calls_.Find(next_id_) != nullptr) next_id_ = NextId(next_id_);
  const CallId id = next_id_;
  next_id_ = NextId(id);
  return id;
}

void ClientConnection::Abandon(CallId call, absl::Status why) {
  CallTable::Call* const state = calls_.Find(call);
  if (state->deadline != absl::InfiniteFuture()) {
    deadlines_.erase({state->deadline, call});
  }
  state->abandoned = true;
  failed_.emplace_back(call, std::move(why));
}

absl::Status ClientConnection::CancelCall(CallId call) {
  const CallTable::Call* const state = calls_.Find(call);
  if (state == nullptr || state->abandoned) {
    return absl::NotFoundError(
        absl::StrCat("call ", call, " is not waited for"));
  }
  Abandon(call,
          absl::CancelledError(absl::StrCat("call ", call, " was cancelled")));
  return absl::OkStatus();
}

bool ClientConnection::is_open(CallId call) const {
  const CallTable::Call* const state = calls_.Find(call);
  if (state != nullptr && !state->abandoned) return true;
  return std::any_of(failed_.begin(), failed_.end(),
                     [call](const auto& end) { return end.first == call; });
}

absl::Time ClientConnection::NextTimeout() const {
  return deadlines_.empty() ? absl::InfiniteFuture()
                            : deadlines_.begin()->first;
}

void ClientConnection::OnTimeout(absl::Time now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const CallId call = deadlines_.begin()->second;
    Abandon(call, absl::DeadlineExceededError(absl::StrCat(
                      "call ", call, " has no response at its deadline")));
  }
}

std::optional<ClientEvent> ClientConnection::PollEvent() {
  while (true) {
    if (ABSL_PREDICT_FALSE(!failed_.empty())) return PopFailed();
    if (ABSL_PREDICT_FALSE(!status().ok())) return PollEnd();
    FrameView frame;
    switch (decoder().Next(&frame)) {
      case DecodeResult::kFrame: {
        std::optional<ClientEvent> event = OnFrame(frame);
        if (event.has_value()) return event;
        break;  // nobody waits for it, or it was an error
      }
      case DecodeResult::kNeedMore:
        return PollEnd();
      case DecodeResult::kError:
        Fail(decoder().status());
        break;
    }
  }
}

std::optional<ClientEvent> ClientConnection::OnFrame(const FrameView& frame) {
  //= spec/wire.md#FR-EVT-002
  if (frame.id == kEventId) {
    return ClientEvent{ClientEvent::kEvent, 0, frame.payload, {}};
  }
  //= spec/wire.md#FR-ORD-002
  //= spec/wire.md#FR-SID-006
  //= spec/wire.md#FR-SID-007
  const CallId id = options_.form == Form::kSync ? oldest_ : frame.id;
  CallTable::Call* const call = calls_.Find(id);
  if (ABSL_PREDICT_FALSE(call == nullptr)) {
    //= spec/wire.md#FR-ERR-001
    //= spec/wire.md#FR-ERR-002
    Fail(absl::DataLossError(absl::StrCat(
        "response before offset ", decoder().offset(), " has id ", frame.id,
        calls_.size() == 0 ? ", but no call is in flight"
                           : ", which is not that of a call in flight")));
    return std::nullopt;
  }
  const bool abandoned = call->abandoned;
  if (!abandoned && call->deadline != absl::InfiniteFuture()) {
    deadlines_.erase({call->deadline, id});
  }
  calls_.Erase(id);
  if (options_.form == Form::kSync) oldest_ = NextId(oldest_);
  if (abandoned) return std::nullopt;
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
    return absl::UnavailableError(absl::StrCat(
        "the child ended the stream at offset ", decoder().offset(), " with ",
        calls_.size(), calls_.size() == 1 ? " call" : " calls", " in flight"));
  }
  if (half_close_requested_) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the child ended the stream at offset ", decoder().offset(),
                   ", although the parent had not half-closed"));
}

std::optional<ClientEvent> ClientConnection::PollEnd() {
  if (closed()) return std::nullopt;
  if (status().ok()) {
    if (!receive_end().has_value()) return std::nullopt;
    absl::Status how = EndOfStreamStatus();
    if (!how.ok()) Fail(std::move(how));
  }
  //= spec/wire.md#FR-ERR-007
  FailCalls();
  send_queue().Clear();
  if (!failed_.empty()) return PopFailed();
  set_closed();
  return ClientEvent{ClientEvent::kClosed, 0, {}, status()};
}

void ClientConnection::FailCalls() {
  std::vector<CallId> waiting;
  calls_.ForEach([&waiting](const CallTable::Call& call) {
    if (!call.abandoned) waiting.push_back(call.id);
  });
  // The table has no order. Oldest first: by distance from the next id.
  std::sort(waiting.begin(), waiting.end(),
            [this](CallId a, CallId b) { return next_id_ - a > next_id_ - b; });
  for (CallId call : waiting) failed_.emplace_back(call, status());
  calls_.Clear();
  deadlines_.clear();
}

std::optional<ClientEvent> ClientConnection::PopFailed() {
  ClientEvent event{ClientEvent::kCallFailed,
                    failed_.front().first,
                    {},
                    std::move(failed_.front().second)};
  failed_.pop_front();
  --open_calls_;
  return event;
}

}  // namespace forkrpc
