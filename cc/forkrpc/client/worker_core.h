// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerCore: what a Worker does, also when its handle is gone already.
//
// Joins a ClientConnection, the process, what ends it (WorkerEnd) and the loop,
// and calls the user. Owns itself from Start() on until the worker is gone, or
// the loop. Otherwise as worker.h says. Not for users.
//
//   auto core = std::make_shared<WorkerCore>(std::move(process), nullptr,
//                                            std::move(options), loop);
//   absl::Status status = core->Start();

#ifndef FORKRPC_CLIENT_WORKER_CORE_H_
#define FORKRPC_CLIENT_WORKER_CORE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/client/loop_process.h"
#include "forkrpc/client/user_callbacks.h"
#include "forkrpc/client/worker_end.h"
#include "forkrpc/client/worker_options.h"
#include "forkrpc/connection/call_table.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/driver/loop_driver.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariants:
//  1. A callback is in callbacks_ iff its call is open in connection_.
//  2. The user is called from Turn() only, and Turn() from the loop only. What
//     is to be called is removed first, so that it is called once even if it
//     throws; then another turn is due, which goes on behind it.
//  3. self_ is set from Start() until kDestroy, or the end of the loop.
//  4. loop_ is null from the end of the loop on; end_ is in kGone then.
class WorkerCore : public std::enable_shared_from_this<WorkerCore> {
 public:
  // One of `process` and `transport` is null.
  WorkerCore(std::unique_ptr<WorkerProcess> process,
             std::unique_ptr<Transport> transport, WorkerOptions options,
             EventLoop* loop);
  ~WorkerCore();

  absl::Status Start();

  CallId Call(absl::string_view payload, const CallOptions& options,
              CallCallback&& callback);
  // Ends a call that was not made, from the loop.
  CallId Refuse(absl::Status why, CallCallback&& callback);
  absl::Status Cancel(CallId call);
  bool CancelUnsent(CallId call);
  void Drain(absl::Duration grace, absl::AnyInvocable<void(absl::Status)> done);
  void Terminate(absl::Duration grace);
  void SetPaused(bool paused);

  bool can_call(size_t payload_size) const {
    return accepts_calls() && connection_.can_start_call(payload_size);
  }
  EventLoop* loop() const { return loop_; }
  bool above_high_water() const { return user_.above_high_water(); }
  size_t in_flight() const { return connection_.in_flight(); }
  size_t dropped_events() const { return user_.dropped_events(); }
  pid_t pid() const { return pid_; }

 private:
  Transport* transport() {
    return process_ != nullptr ? (*process_)->transport()
                               : own_transport_.get();
  }
  bool accepts_calls() const {
    return end_.stream_is_open() && end_.cause().ok();
  }
  absl::Status WhyNoCalls();
  // Call() with a limit of time.
  CallId CallWithin(absl::string_view payload, const CallOptions& options,
                    CallCallback&& callback);
  // What follows in both when the connection has taken or refused the call.
  CallId Started(const absl::StatusOr<CallId>& call, absl::string_view payload,
                 const CallOptions& options, CallCallback&& callback);

  // Sees to a large payload that the connection has just borrowed.
  void Keep(CallId call, PayloadLifetime lifetime);
  // The callback of a call that has ended. Its payload is not needed any more.
  CallCallback TakeCallback(CallId call) {
    if (ABSL_PREDICT_FALSE(!borrowed_.empty())) TakeBack(call);
    return callbacks_.Take(call);
  }
  void TakeBack(CallId call);

  // Does all that is to be done, and calls the user.
  void Turn();
  // Has a turn before the loop next waits.
  void TurnSoon();
  void OnTimer();
  // The timer rings for deadlines of calls, and for what ends the worker.
  void SetTimer();

  // What the connection gives, to its end or a pause.
  void PollConnection();
  void OnConnectionEvent(ClientEvent event);
  // A step of reading what a process that is gone has left.
  void ReadRest();
  uint64_t WaitingOctets();
  // Ends all calls that are open.
  void LoseCalls();
  // Does one action of end_; false if there is none that can be done now.
  bool Act();
  void Destroy();

  // How it all ended, or has so far.
  absl::Status Verdict();
  // Adds to an error what is known of the process.
  void Describe(WorkerError* error) const;
  // The loop is destroyed: lets go of it, then of all else.
  void OnLoopEnd();
  void LetGo(MonotonicTime deadline);

  EventLoop* loop_;
  UserCallbacks user_;
  const pid_t pid_;
  std::unique_ptr<LoopProcess> process_;
  std::unique_ptr<Transport> own_transport_;
  ClientConnection connection_;
  CallTable<CallCallback> callbacks_;
  // The open calls whose payloads belong to the user, each with the offset
  // behind its request in the stream.
  absl::flat_hash_map<CallId, uint64_t> borrowed_;
  std::shared_ptr<LoopDriver> driver_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<EndWatch> loop_end_;
  MonotonicTime timer_is_at_ = MonotonicTime::InfiniteFuture();
  WorkerEnd end_;

  std::optional<absl::Status> verdict_;  // once whoever drains may have it
  uint64_t rest_ends_at_ = 0;  // in kReading: what the process has written
  bool turn_due_ = false;
  std::shared_ptr<WorkerCore> self_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_WORKER_CORE_H_
