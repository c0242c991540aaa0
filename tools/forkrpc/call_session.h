// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallSession: calls into one worker, answered in the order they were made.
//
// Drives a ClientConnection as BlockingClient does, but can wait for the user's
// input and the worker at once, shows events while it does, and can tell a
// worker that failed from a program that is none. One thread. The worker is
// gone, reaped, when the session is.
//
//   auto session = CallSession::Start(options, [](absl::string_view event) {});
//   if (!session.ok()) return session.status();
//   absl::Status made = (*session)->Call("Ehi");
//   std::optional<absl::StatusOr<std::string>> response;
//   while (!(response = (*session)->TakeOldest())) (*session)->Wait(-1);
//   absl::Status end = (*session)->Finish();

#ifndef TOOLS_FORKRPC_CALL_SESSION_H_
#define TOOLS_FORKRPC_CALL_SESSION_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/client/connection_pump.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/wire/wire_limits.h"
#include "tools/forkrpc/failed_worker.h"
#include "tools/forkrpc/watched_transport.h"

namespace forkrpc::cli {

struct CallSessionOptions {
  SpawnOptions worker;
  Form form = Form::kAsync;
  WireLimits limits;                                  // of payloads, either way
  absl::Duration timeout = absl::InfiniteDuration();  // of each call
  size_t in_flight = 1;                               // calls at once
  // For a worker to drain and end once it has answered.
  absl::Duration grace = absl::Seconds(5);
};

// Invariants:
//  1. slots_ holds the calls made whose end was not taken, oldest first; those
//     without an end are in flight in connection_, unless it is closed.
//  2. pump_ is not used once connection_.closed().
class CallSession final : public FailedWorker {
 public:
  using EventHandler = std::function<void(absl::string_view payload)>;

  // Starts the worker. Errors: see WorkerProcess::Spawn.
  static absl::StatusOr<std::unique_ptr<CallSession>> Start(
      CallSessionOptions options, EventHandler on_event);

  CallSession(const CallSession&) = delete;
  CallSession& operator=(const CallSession&) = delete;

  // Whether Call() has room for another call: in flight and in memory.
  bool can_call() const;

  // Makes a call. Errors: the connection has failed, or a limit.
  absl::Status Call(absl::string_view payload);

  // How the oldest call ended; nullopt if it has not, or there is none.
  std::optional<absl::StatusOr<std::string>> TakeOldest();

  // Calls whose end was not taken.
  size_t open_calls() const { return slots_.size(); }

  // Waits until something has happened to a call, or `input_fd` (-1: none) has
  // something to read: then true. Returns now and then without either.
  bool Wait(int input_fd);

  // Whether the connection has ended; status() says how.
  bool ended() const override { return connection_.closed(); }

  // No more calls are made: half-closes when they are all written.
  void HalfClose();

  // Half-closes, waits for the worker's end and reaps it. OK after status 0,
  // and where nobody can say how it ended.
  absl::Status Finish();

  // For error texts, once a call has failed: how the worker has ended, or that
  // it has not. Closes the wire if the connection has ended.
  std::string DescribeWorker() override;

  // Whether the program behaves as no worker would: it ended before it had read
  // a request, or it broke the wire before it had sent one frame.
  bool is_no_worker() const override;

  // Whether the worker has sent a frame; octets that make none do not count.
  bool has_spoken() const override { return has_spoken_; }

  // What the worker has written to standard error last.
  absl::string_view stderr_tail() const override {
    return process_->stderr_tail();
  }

  // Once it has ended and was reaped.
  const std::optional<ExitStatus>& exit_status() const override {
    return process_->exit_status();
  }

 private:
  struct Slot {
    CallId call;
    std::optional<absl::StatusOr<std::string>> end;
  };

  CallSession(CallSessionOptions options,
              std::unique_ptr<WorkerProcess> process, EventHandler on_event);

  // Takes what the connection has to say.
  void PollEvents();
  void EndCall(const ClientEvent& event);

  const CallSessionOptions options_;
  const EventHandler on_event_;
  const std::unique_ptr<WorkerProcess> process_;
  WatchedTransport transport_;
  ClientConnection connection_;
  ConnectionPump pump_;
  std::deque<Slot> slots_;
  bool has_spoken_ = false;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CALL_SESSION_H_
