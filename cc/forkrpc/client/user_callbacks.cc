// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/user_callbacks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "forkrpc/process/stderr_line.h"
#include "forkrpc/serialiser/string_pack.h"

namespace forkrpc {

UserCallbacks::UserCallbacks(WorkerOptions options,
                             absl::AnyInvocable<void(WorkerError*)> describe)
    : options_(std::move(options)), describe_(std::move(describe)) {}

void UserCallbacks::CallFailed(CallId call, CallCallback callback,
                               absl::Status status) {
  if (callback != nullptr) return callback(std::move(status));
  WorkerError error;
  error.scope = WorkerError::kCall;
  error.status = std::move(status);
  error.call = call;
  Report(std::move(error));
}

void UserCallbacks::WorkerFailed(absl::Status status) {
  WorkerError error;
  error.scope = WorkerError::kWorker;
  error.status = std::move(status);
  Report(std::move(error));
}

void UserCallbacks::Report(WorkerError error) {
  describe_(&error);
  if (options_.on_error != nullptr) return options_.on_error(error);
  const std::string message(error.status.message());
  if (options_.on_event != nullptr) {
    std::string event;
    if (EncodeStringPack({"error", message}, &event).ok()) {
      options_.on_event(event);
    }
    return;
  }
  WriteStderrLine(message);
}

void UserCallbacks::Destroyed() {
  if (options_.on_destroy != nullptr) options_.on_destroy();
}

void UserCallbacks::TellRefused() {
  for (size_t n = refused_.size(); n > 0; --n) {
    Refused refused = std::move(refused_.front());
    refused_.pop_front();
    CallFailed(0, std::move(refused.callback), std::move(refused.why));
  }
}

void UserCallbacks::TellDrained(const absl::Status& how) {
  while (!drained_.empty()) {
    DrainCallback done = std::move(drained_.front());
    drained_.pop_front();
    done(how);
  }
}

void UserCallbacks::OnNoRoom(size_t payload_size) {
  room_wanted_ = std::min(room_wanted_.value_or(payload_size), payload_size);
}

void UserCallbacks::LookForRoom(const ClientConnection& connection) {
  if (above_high_water_ && connection.unsent() <= options_.low_water) {
    above_high_water_ = false;
    if (options_.on_low_water != nullptr) options_.on_low_water();
  }
  if (room_wanted_.has_value() && connection.can_start_call(*room_wanted_)) {
    room_wanted_ = std::nullopt;
    if (options_.on_room != nullptr) options_.on_room();
  }
}

void UserCallbacks::ForgetRoom() {
  above_high_water_ = false;
  room_wanted_ = std::nullopt;
}

void UserCallbacks::Forget() {
  // What they own may use the worker while it is destroyed.
  const auto refused = std::exchange(refused_, {});
  const auto drained = std::exchange(drained_, {});
}

}  // namespace forkrpc
