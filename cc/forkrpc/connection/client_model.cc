// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/client_model.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "forkrpc/base/monotonic_time.h"

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

absl::StatusCode ClientModel::MayStart(size_t payload_size) const {
  if (code_ != kOk) return code_;
  if (send_error_ != kOk) return send_error_;
  if (closed_ || half_closed_) return absl::StatusCode::kFailedPrecondition;
  if (calls_.size() >= options_.max_in_flight ||
      payload_size > options_.limits.max_payload ||
      (!unsent().empty() &&
       unsent().size() + payload_size > options_.max_unsent)) {
    return absl::StatusCode::kResourceExhausted;
  }
  return kOk;
}

absl::StatusCode ClientModel::StartCall(absl::string_view payload,
                                        MonotonicTime deadline, CallId* id) {
  const absl::StatusCode may = MayStart(payload.size());
  if (may != kOk) return may;
  while (next_id_ == 0 || Find(next_id_) != calls_.end()) ++next_id_;
  *id = next_id_++;
  const size_t begin = out_.size();
  if (options_.form == Form::kAsync) AppendNumber(*id, &out_);
  AppendNumber(static_cast<uint32_t>(payload.size()), &out_);
  out_.append(payload.data(), payload.size());
  calls_.push_back(Call{*id, deadline, begin, out_.size() - begin});
  return kOk;
}

std::vector<ClientModel::Call>::iterator ClientModel::Find(CallId id) {
  return std::find_if(calls_.begin(), calls_.end(),
                      [id](const Call& call) { return call.id == id; });
}

void ClientModel::Abandon(Call* call, absl::StatusCode why) {
  call->waited_for = false;
  if (call->begin >= sent_) TakeBack(call);
  ends_.push_back(Event{ClientEvent::kCallFailed, call->id, {}, why, {}});
}

void ClientModel::TakeBack(Call* call) {
  out_.erase(call->begin, call->size);
  call->unsent = true;
  for (Call& other : calls_) {
    if (other.begin > call->begin) other.begin -= call->size;
  }
}

absl::StatusCode ClientModel::CancelCall(CallId id) {
  const bool ended_otherwise =
      std::any_of(ends_.begin(), ends_.end(), [id](const Event& end) {
        return end.call == id && end.code != absl::StatusCode::kCancelled;
      });
  if (ended_otherwise) return kOk;
  const auto call = Find(id);
  if (call == calls_.end() || !call->waited_for) {
    return absl::StatusCode::kNotFound;
  }
  Abandon(&*call, absl::StatusCode::kCancelled);
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

void ClientModel::OnTimeout(MonotonicTime now) {
  if (waits_for_answers() && now >= *answers_until_) HalfClose();
  std::vector<Call*> due;
  for (Call& call : calls_) {
    if (call.waited_for && call.deadline != MonotonicTime::InfiniteFuture() &&
        call.deadline <= now) {
      due.push_back(&call);
    }
  }
  std::sort(due.begin(), due.end(), [](const Call* a, const Call* b) {
    return std::tie(a->deadline, a->id) < std::tie(b->deadline, b->id);
  });
  for (Call* call : due) Abandon(call, absl::StatusCode::kDeadlineExceeded);
}

MonotonicTime ClientModel::NextTimeout() const {
  MonotonicTime next =
      waits_for_answers() ? *answers_until_ : MonotonicTime::InfiniteFuture();
  for (const Call& call : calls_) {
    if (call.waited_for) next = std::min(next, call.deadline);
  }
  return next;
}

size_t ClientModel::open_calls() const {
  size_t open = ends_.size();
  for (const Call& call : calls_) open += call.waited_for ? 1 : 0;
  return open;
}

bool ClientModel::is_open(CallId id) const {
  const auto is_it = [id](const Call& call) {
    return call.id == id && call.waited_for;
  };
  if (std::any_of(calls_.begin(), calls_.end(), is_it)) return true;
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
  const auto call = options_.form == Form::kSync ? calls_.begin() : Find(id);
  if (call == calls_.end()) {
    Fail(absl::StatusCode::kDataLoss, at_);
    return std::nullopt;
  }
  const Call found = *call;
  calls_.erase(call);
  if (!found.waited_for) return std::nullopt;
  return Event{ClientEvent::kResponse, found.id, payload, kOk, {}};
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
  const auto call = Find(end.call);
  if (call != calls_.end() && call->unsent) calls_.erase(call);
  return end;
}

std::optional<ClientModel::Event> ClientModel::PollUntilEnd() {
  // Those that are lost are PollEvent()'s.
  if (!ends_.empty() && !lost_) return PopEnd();
  while (code_ == kOk && HasNext()) {
    std::optional<Event> event = TakeFrame();
    if (event.has_value()) return event;
  }
  if (!over_ && code_ == kOk && end_.has_value()) {
    over_ = true;
    DecideEnd();
  }
  if (code_ != kOk) over_ = true;
  return std::nullopt;
}

std::optional<ClientModel::Event> ClientModel::PollEvent() {
  std::optional<Event> event = PollUntilEnd();
  if (event.has_value() || !over_ || closed_) return event;
  for (const Call& call : calls_) {
    if (!call.waited_for) continue;
    ends_.push_back(
        Event{ClientEvent::kCallFailed, call.id, {}, code_, offset_});
  }
  calls_.clear();
  lost_ = true;
  sent_ = out_.size();
  if (!ends_.empty()) return PopEnd();
  closed_ = true;
  return Event{ClientEvent::kClosed, 0, {}, code_, offset_};
}

}  // namespace forkrpc
