// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/client_model.h"

#include <algorithm>
#include <utility>

namespace forkrpc {
namespace {

constexpr absl::StatusCode kOk = absl::StatusCode::kOk;

void AppendNumber(uint32_t number, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    *out += static_cast<char>(number >> shift & 0xff);
  }
}

}  // namespace

ClientModel::ClientModel(const ClientOptions& options)
    : options_(options), next_id_(std::max<CallId>(options.first_id, 1)) {}

absl::StatusCode ClientModel::StartCall(absl::string_view payload,
                                        absl::Time deadline, CallId* id) {
  if (code_ != kOk) return code_;
  if (send_error_ != kOk) return send_error_;
  if (closed_ || half_closed_) return absl::StatusCode::kFailedPrecondition;
  if (!can_start_call() || payload.size() > options_.limits.max_payload ||
      (!unsent().empty() &&
       unsent().size() + payload.size() > options_.max_unsent)) {
    return absl::StatusCode::kResourceExhausted;
  }
  while (next_id_ == 0 || calls_.count(next_id_) > 0) ++next_id_;
  *id = next_id_++;
  calls_[*id] = Call{++calls_started_, true, deadline};
  if (options_.form == Form::kAsync) AppendNumber(*id, &out_);
  AppendNumber(static_cast<uint32_t>(payload.size()), &out_);
  out_.append(payload.data(), payload.size());
  return kOk;
}

void ClientModel::Abandon(std::map<CallId, Call>::iterator call,
                          absl::StatusCode why) {
  call->second.waited_for = false;
  ends_.push_back(Event{ClientEvent::kCallFailed, call->first, {}, why, {}});
}

absl::StatusCode ClientModel::CancelCall(CallId id) {
  const auto call = calls_.find(id);
  if (call == calls_.end() || !call->second.waited_for) {
    return absl::StatusCode::kNotFound;
  }
  Abandon(call, absl::StatusCode::kCancelled);
  return kOk;
}

void ClientModel::OnReceived(absl::string_view octets) {
  in_.append(octets.data(), octets.size());
}

void ClientModel::OnSendError(absl::StatusCode code) {
  if (send_error_ != kOk) return;
  send_error_ = code;
  sent_ = out_.size();
}

void ClientModel::OnTimeout(absl::Time now) {
  while (NextTimeout() <= now && NextTimeout() != absl::InfiniteFuture()) {
    const absl::Time due = NextTimeout();
    for (auto call = calls_.begin(); call != calls_.end(); ++call) {
      if (!call->second.waited_for || call->second.deadline != due) continue;
      Abandon(call, absl::StatusCode::kDeadlineExceeded);
      break;
    }
  }
}

absl::Time ClientModel::NextTimeout() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [id, call] : calls_) {
    if (call.waited_for) next = std::min(next, call.deadline);
  }
  return next;
}

size_t ClientModel::open_calls() const {
  size_t open = ends_.size();
  for (const auto& [id, call] : calls_) open += call.waited_for ? 1 : 0;
  return open;
}

bool ClientModel::is_open(CallId id) const {
  const auto call = calls_.find(id);
  if (call != calls_.end() && call->second.waited_for) return true;
  return std::any_of(ends_.begin(), ends_.end(),
                     [id](const Event& end) { return end.call == id; });
}

uint32_t ClientModel::Number(size_t at) const {
  uint32_t number = 0;
  for (size_t i = at; i < at + 4; ++i) {
    number = number << 8 | static_cast<uint8_t>(in_[i]);
  }
  return number;
}

bool ClientModel::HasNext() const {
  if (left() < 8) return false;
  const uint64_t length = Number(at_ + 4);
  return length > options_.limits.max_payload || left() >= 8 + length;
}

void ClientModel::Fail(absl::StatusCode code, std::optional<uint64_t> offset) {
  code_ = code;
  offset_ = offset;
}

std::map<CallId, ClientModel::Call>::iterator ClientModel::Oldest() {
  return std::min_element(calls_.begin(), calls_.end(),
                          [](const auto& a, const auto& b) {
                            return a.second.number < b.second.number;
                          });
}

std::optional<ClientModel::Event> ClientModel::TakeFrame() {
  const uint32_t id = Number(at_);
  const size_t length = Number(at_ + 4);
  if (length > options_.limits.max_payload) {
    Fail(absl::StatusCode::kResourceExhausted, at_);
    return std::nullopt;
  }
  const absl::string_view payload =
      absl::string_view(in_).substr(at_ + 8, length);
  at_ += 8 + length;
  if (id == 0) return Event{ClientEvent::kEvent, 0, payload, kOk, {}};
  const auto call = options_.form == Form::kSync ? Oldest() : calls_.find(id);
  if (call == calls_.end()) {
    Fail(absl::StatusCode::kDataLoss, at_);
    return std::nullopt;
  }
  const bool waited_for = call->second.waited_for;
  const CallId found = call->first;
  calls_.erase(call);
  if (!waited_for) return std::nullopt;
  return Event{ClientEvent::kResponse, found, payload, kOk, {}};
}

void ClientModel::DecideEnd() {
  if (*end_ != kOk) return Fail(*end_, std::nullopt);
  if (left() > 0) {
    const size_t header = left() < 8 ? 0 : 8;
    return Fail(absl::StatusCode::kDataLoss, at_ + header);
  }
  if (!calls_.empty()) {
    // What kept them from being sent, if anything did.
    Fail(send_error_ == kOk ? absl::StatusCode::kUnavailable : send_error_,
         at_);
  } else if (!half_closed_) {
    Fail(absl::StatusCode::kUnavailable, at_);
  }
}

std::optional<ClientModel::Event> ClientModel::PopEnd() {
  const Event end = ends_.front();
  ends_.pop_front();
  return end;
}

std::optional<ClientModel::Event> ClientModel::PollEvent() {
  if (!ends_.empty()) return PopEnd();
  while (code_ == kOk && HasNext()) {
    std::optional<Event> event = TakeFrame();
    if (event.has_value()) return event;
  }
  if (closed_) return std::nullopt;
  if (code_ == kOk) {
    if (!end_.has_value()) return std::nullopt;
    DecideEnd();
  }
  while (!calls_.empty()) {
    const auto call = Oldest();
    if (call->second.waited_for) {
      ends_.push_back(
          Event{ClientEvent::kCallFailed, call->first, {}, code_, offset_});
    }
    calls_.erase(call);
  }
  sent_ = out_.size();
  if (!ends_.empty()) return PopEnd();
  closed_ = true;
  return Event{ClientEvent::kClosed, 0, {}, code_, offset_};
}

}  // namespace forkrpc
