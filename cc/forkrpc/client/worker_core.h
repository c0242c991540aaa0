// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerCore: what a Worker does, also when its handle is gone already.
//
// Owns itself from Start() on until the worker is gone. Otherwise as worker.h
// says. Not for users.
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
#include <vector>

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/call_callbacks.h"
#include "forkrpc/client/worker_options.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/driver/loop_driver.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariants:
//  1. A callback is in callbacks_ iff its call is open in connection_ and not
//     in failed_.
//  2. self_ is set from Start() until Destroy(), which comes last.
//  3. The driver runs iff state_ is kServing.
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
  absl::Status Cancel(CallId call);
  void Drain(absl::Duration grace, absl::AnyInvocable<void(absl::Status)> done);
  void Terminate(absl::Duration grace);
  void SetPaused(bool paused);

  EventLoop* loop() const { return loop_; }
  bool above_high_water() const { return above_high_water_; }
  size_t dropped_events() const { return dropped_events_; }
  pid_t pid() const { return process_ == nullptr ? 0 : process_->pid(); }
  const ClientConnection& connection() const { return connection_; }

 private:
  enum class State {
    kServing,
    kEnding,  // the connection is over, the process may not be
    kGone,
  };
  struct FailedCall {
    CallId call;
    CallCallback callback;
    absl::Status status;
  };

  Transport* transport() {
    return process_ != nullptr ? process_->transport() : own_transport_.get();
  }
  absl::Status WatchProcess();

  // Sees to a large payload that the connection has just borrowed.
  void Keep(CallId call, PayloadLifetime lifetime);
  // The callback of a call that has ended. Its payload is not needed any more.
  CallCallback TakeCallback(CallId call) {
    if (ABSL_PREDICT_FALSE(!borrowed_.empty())) TakeBack(call);
    return callbacks_.Take(call);
  }
  void TakeBack(CallId call);

  // Ends a call that was not made, later, from the loop.
  CallId Refuse(absl::Status why, CallCallback&& callback);

  // Takes what has happened from the connection and calls the user.
  void Poll();
  void OnEvent(absl::string_view payload);
  // Ends a call that has failed by itself.
  void FailCall(CallId call, CallCallback callback, absl::Status status);
  void OnDeadline();
  void SetDeadlineTimer();

  // The process has ended: what it wrote is all there is.
  void OnExit();
  void ReadRest();
  uint64_t WaitingOctets();
  // Fails the connection with `status`.
  void Break(const absl::Status& status);
  // SIGKILL at `when` because of `why`, unless it is due earlier.
  void SetKillTime(MonotonicTime when, absl::Status why);
  void OnGraceOver();
  // The connection has ended: closes the wire and waits for the process.
  void BeginEnd(const absl::Status& status);
  // Everything has ended: tells the calls and the user.
  void Finish();
  // What comes last.
  void Destroy();
  void ReportError(WorkerError error);

  EventLoop* const loop_;
  const std::unique_ptr<WorkerProcess> process_;
  std::unique_ptr<Transport> own_transport_;
  const WorkerOptions options_;
  ClientConnection connection_;
  CallCallbacks callbacks_;
  // The open calls whose payloads belong to the user, each with the offset
  // behind its request in the stream.
  absl::flat_hash_map<CallId, uint64_t> borrowed_;
  std::shared_ptr<LoopDriver> driver_;
  std::unique_ptr<FdWatch> exit_watch_;
  std::unique_ptr<FdWatch> stderr_watch_;
  std::unique_ptr<Timer> deadline_timer_;
  std::unique_ptr<Timer> grace_timer_;
  std::unique_ptr<Timer> exit_poll_timer_;
  MonotonicTime timer_is_at_ = MonotonicTime::InfiniteFuture();

  State state_ = State::kServing;
  absl::Status end_status_;
  // Why it is killed at kill_time_, and why it was killed or terminated, which
  // is said instead of what that looks like from outside.
  absl::Status killing_status_;
  absl::Status killed_status_;
  MonotonicTime kill_time_ = MonotonicTime::InfiniteFuture();
  // Calls that failed with the connection: they are told how the worker ended.
  std::vector<FailedCall> failed_;
  std::vector<absl::AnyInvocable<void(absl::Status)>> drained_;
  size_t dropped_events_ = 0;
  size_t refusals_due_ = 0;  // tasks in the loop that say so to the user
  bool above_high_water_ = false;
  bool paused_ = false;
  bool exited_ = false;
  bool terminated_ = false;
  bool destroyed_ = false;  // on_destroy was called
  std::shared_ptr<WorkerCore> self_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_WORKER_CORE_H_
