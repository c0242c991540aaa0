// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/server_model.h"

#include <algorithm>

namespace forkrpc {
namespace {

constexpr absl::StatusCode kOk = absl::StatusCode::kOk;

}  // namespace

absl::StatusCode ServerModel::MaySend(size_t payload_size) const {
  if (code_ != kOk) return code_;
  if (send_error_ != kOk) return send_error_;
  if (shutdown_done_) return absl::StatusCode::kFailedPrecondition;
  return payload_size > options_.limits.max_payload
             ? absl::StatusCode::kResourceExhausted
             : kOk;
}

absl::StatusCode ServerModel::SendResponse(CallId call,
                                           absl::string_view payload) {
  const absl::StatusCode may = MaySend(payload.size());
  if (may != kOk) return may;
  const auto found = std::find(calls_.begin(), calls_.end(), call);
  if (found == calls_.end()) return absl::StatusCode::kNotFound;
  if (options_.form == Form::kSync && found != calls_.begin()) {
    return absl::StatusCode::kFailedPrecondition;
  }
  calls_.erase(found);
  AppendFrame(options_.form == Form::kSync ? 1 : call, payload);
  return kOk;
}

absl::StatusCode ServerModel::SendEvent(absl::string_view payload) {
  const absl::StatusCode may = MaySend(payload.size());
  if (may == kOk) AppendFrame(0, payload);
  return may;
}

void ServerModel::AppendFrame(uint32_t id, absl::string_view payload) {
  for (const auto number : {id, static_cast<uint32_t>(payload.size())}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out_ += static_cast<char>(number >> shift & 0xff);
    }
  }
  out_.append(payload.data(), payload.size());
}

void ServerModel::OnReceived(absl::string_view octets) {
  in_.append(octets.data(), octets.size());
}

void ServerModel::OnSendError(absl::StatusCode code) {
  if (send_error_ != kOk) return;
  send_error_ = code;
  sent_ = out_.size();
}

uint32_t ServerModel::Number(size_t at) const {
  uint32_t number = 0;
  for (size_t i = at; i < at + 4; ++i) {
    number = number << 8 | static_cast<uint8_t>(in_[i]);
  }
  return number;
}

bool ServerModel::HasNext() const {
  if (left() < header_) return false;
  const uint64_t length = Number(at_ + header_ - 4);
  return length > options_.limits.max_payload || left() >= header_ + length;
}

std::optional<ServerModel::Event> ServerModel::TakeFrame() {
  const size_t length = Number(at_ + header_ - 4);
  if (length > options_.limits.max_payload) {
    return Close(absl::StatusCode::kResourceExhausted, at_);
  }
  const CallId call = options_.form == Form::kSync ? ++requests_ : Number(at_);
  const absl::string_view payload =
      absl::string_view(in_).substr(at_ + header_, length);
  at_ += header_ + length;
  if (call == 0 ||
      std::find(calls_.begin(), calls_.end(), call) != calls_.end()) {
    return Close(absl::StatusCode::kDataLoss, at_);
  }
  calls_.push_back(call);
  return Event{ServerEvent::kRequest, call, payload, kOk, {}};
}

std::optional<ServerModel::Event> ServerModel::Close(
    absl::StatusCode code, std::optional<uint64_t> offset) {
  code_ = code;
  closed_ = true;
  return Event{ServerEvent::kClosed, 0, {}, code, offset};
}

std::optional<ServerModel::Event> ServerModel::PollEvent() {
  if (closed_) return std::nullopt;
  if (send_error_ != kOk) return Close(send_error_, std::nullopt);
  if (held_back()) return std::nullopt;
  if (HasNext()) return TakeFrame();
  if (!end_.has_value()) return std::nullopt;
  if (*end_ != kOk) return Close(*end_, std::nullopt);
  if (!half_closed_) {
    half_closed_ = true;
    return Event{ServerEvent::kHalfClosed, 0, {}, kOk, {}};
  }
  if (!shutdown_done_) return std::nullopt;
  if (left() == 0) return Close(kOk, std::nullopt);
  return Close(absl::StatusCode::kDataLoss,
               at_ + (left() < header_ ? 0 : header_));
}

}  // namespace forkrpc
