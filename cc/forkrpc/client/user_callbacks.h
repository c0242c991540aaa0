// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// UserCallbacks: what the user of a worker is told, each thing once.
//
// Keeps what is to be told until it is told: calls that were refused, whoever
// waits for a drain, room for more. Each thing is removed first and told then,
// so that a callback may throw, and may do anything with the worker. One
// thread; the functions that call the user are called from the loop. Not for
// users.
//
//   UserCallbacks user(options, [&](WorkerError* error) { error->pid = pid; });
//   user.Refuse(std::move(callback), absl::ResourceExhaustedError("..."));
//   user.TellRefused();

#ifndef FORKRPC_CLIENT_USER_CALLBACKS_H_
#define FORKRPC_CLIENT_USER_CALLBACKS_H_

#include <cstddef>
#include <list>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/client/worker_options.h"
#include "forkrpc/connection/client_connection.h"

namespace forkrpc {

class UserCallbacks {
 public:
  using DrainCallback = absl::AnyInvocable<void(absl::Status)>;

  // `describe` adds to an error what is known of the worker.
  UserCallbacks(WorkerOptions options,
                absl::AnyInvocable<void(WorkerError*)> describe);

  const WorkerOptions& options() const { return options_; }
  bool above_high_water() const { return above_high_water_; }
  size_t dropped_events() const { return dropped_events_; }

  // These call the user.
  void Event(absl::string_view payload) {
    if (options_.on_event == nullptr) {
      ++dropped_events_;
    } else {
      options_.on_event(payload);
    }
  }
  void CallFailed(CallId call, CallCallback callback, absl::Status status);
  void WorkerFailed(absl::Status status);
  void Destroyed();

  // These note what TellRefused() and TellDrained() are to tell.
  void Refuse(CallCallback&& callback, absl::Status why) {
    refused_.push_back({std::move(callback), std::move(why)});
  }
  void AwaitDrain(DrainCallback done) { drained_.push_back(std::move(done)); }
  // Those that are refused meanwhile have to wait for the next time.
  void TellRefused();
  void TellDrained(const absl::Status& how);

  // Of the limits: a call was taken, and so many octets are unsent; one of so
  // many octets was refused, and may be taken later.
  void OnTaken(size_t unsent) {
    if (unsent > options_.high_water) above_high_water_ = true;
  }
  void OnNoRoom(size_t payload_size);
  void TellOfRoom(const ClientConnection& connection) {
    if (above_high_water_ || room_wanted_.has_value()) LookForRoom(connection);
  }
  // No more calls will be taken: nobody waits for room any more.
  void ForgetRoom();

  // Destroys all that would be called, without calling it.
  void Forget();

 private:
  struct Refused {
    CallCallback callback;
    absl::Status why;
  };

  void LookForRoom(const ClientConnection& connection);
  void Report(WorkerError error);

  const WorkerOptions options_;
  absl::AnyInvocable<void(WorkerError*)> describe_;
  std::list<Refused> refused_;
  std::list<DrainCallback> drained_;
  size_t dropped_events_ = 0;
  // The smallest payload that was refused since there was room.
  std::optional<size_t> room_wanted_;
  bool above_high_water_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_USER_CALLBACKS_H_
