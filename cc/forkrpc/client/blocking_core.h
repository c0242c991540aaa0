// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BlockingCore: what BlockingClient and PipelinedClient have in common.
//
// Owns the worker and the connection to it, waits until a call has ended, and
// ends the worker. Knows calls by their ids only; who has made them keeps how
// they ended. One thread at a time. Not for users.
//
//   forkrpc::SpawnOptions worker;
//   worker.argv = {"./greeter_worker"};
//   auto process = forkrpc::BlockingCore::Spawn(worker, {});
//   if (!process.ok()) return process.status();
//   forkrpc::BlockingCore core(*std::move(process), nullptr, {});
//   forkrpc::BlockingCore::InUse in_use(&core);
//   const auto deadline = forkrpc::DeadlineAfter(absl::Seconds(5));
//   auto call = core.connection().StartCall("world");
//   if (!call.ok()) return call.status();
//   while (auto end = core.NextEnd(deadline)) {
//     if (end->call == *call) return core.EndOf(*end, deadline).status();
//   }
//   return absl::DeadlineExceededError("no answer");

#ifndef FORKRPC_CLIENT_BLOCKING_CORE_H_
#define FORKRPC_CLIENT_BLOCKING_CORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/blocking_client_options.h"
#include "forkrpc/client/connection_pump.h"
#include "forkrpc/client/drain_mode.h"
#include "forkrpc/client/worker_end.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// When `timeout`, counted from now, is over.
inline MonotonicTime DeadlineAfter(absl::Duration timeout) {
  return timeout == absl::InfiniteDuration() ? MonotonicTime::InfiniteFuture()
                                             : MonotonicNow() + timeout;
}

// Invariants:
//  1. state_ is kInUse while a function of the client runs that may call back,
//     and no longer, however that function is left.
//  2. The wire is closed when end_ says so; from then on the pump is not used.
class BlockingCore {
 public:
  // Takes how a call has ended; the event lives until it returns.
  using EndSink = absl::FunctionRef<void(const ClientEvent&)>;

  // Keeps the core in use, so that callbacks cannot enter it again.
  class InUse {
   public:
    explicit InUse(BlockingCore* core) : core_(core->idle() ? core : nullptr) {
      if (core_ != nullptr) core_->state_ = State::kInUse;
    }
    ~InUse() {
      if (core_ != nullptr && core_->in_use()) core_->state_ = State::kIdle;
    }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;

   private:
    BlockingCore* const core_;  // null if it was in use, or closed, before
  };

  // Starts a worker that is told which form this client speaks.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Spawn(
      const SpawnOptions& worker, const BlockingClientOptions& options);

  // One of `process` and `transport` is null.
  BlockingCore(std::unique_ptr<WorkerProcess> process,
               std::unique_ptr<Transport> transport,
               BlockingClientOptions options);
  BlockingCore(const BlockingCore&) = delete;
  BlockingCore& operator=(const BlockingCore&) = delete;

  bool idle() const { return state_ == State::kIdle; }
  bool in_use() const { return state_ == State::kInUse; }
  // OK if idle(), else FailedPrecondition with what the user has done.
  absl::Status CheckIdle() const;

  ClientConnection& connection() { return connection_; }
  const ClientConnection& connection() const { return connection_; }
  WorkerProcess* process() const { return process_.get(); }
  int64_t dropped_events() const { return dropped_events_; }

  // Writes what is queued, as far as that is possible without waiting.
  void Flush();

  // Waits until a call has ended; hands events to on_event. nullopt at
  // `deadline`, and once the connection has ended. A deadline that has passed
  // looks at what there is, for no longer than two milliseconds.
  std::optional<ClientEvent> NextEnd(MonotonicTime deadline);

  // Waits until at most `octets` are unsent, or the connection has ended; calls
  // that end meanwhile go to `ended`. DeadlineExceeded at `deadline`.
  absl::Status WaitForRoom(size_t octets, MonotonicTime deadline,
                           EndSink ended);

  // How a call ended, by its event. Waits a little for the worker's end if it
  // is that which ended the call.
  absl::StatusOr<absl::string_view> EndOf(const ClientEvent& event,
                                          MonotonicTime deadline);

  // Stops waiting for a call; its response is dropped. The caller has its
  // memory back, and the call does not come out of NextEnd().
  void Abandon(CallId call);

  // `status` of a call that was not made, or has ended, with how the worker
  // ended if that is why. Waits for that a little, but not beyond `deadline`.
  absl::Status WithWorkersEnd(const absl::Status& status,
                              MonotonicTime deadline);

  // See BlockingClient::Close. Calls that end meanwhile go to `ended`.
  absl::Status Close(absl::Duration grace, EndSink ended);

 private:
  enum class State { kIdle, kInUse, kClosed };

  // Of the process or our own; while the stream is open.
  Transport* transport() const {
    return process_ != nullptr ? process_->transport() : own_transport_.get();
  }

  // Takes one thing that has happened, or waits for one. False at `deadline`,
  // and once the connection has ended.
  bool Step(MonotonicTime deadline, std::optional<ClientEvent>* ended);
  void OnEvent(absl::string_view payload);
  // Nothing more comes from the connection.
  void OnStreamOver();
  // Waits, if calls are open that the end of the stream has ended, for the end
  // of the worker, so that they hear of it; but not beyond a deadline. False if
  // there is nothing to wait for any more.
  bool WaitToTell(MonotonicTime deadline);
  // Does what end_ wants.
  void Act();
  // Until the stream is over, at the latest at end_.Next(). What was left to do
  // then, for the text of an error; empty if it has ended by itself.
  std::string WaitForStream(EndSink ended);
  // Until the process is gone. Errors: only if it cannot be waited for.
  absl::Status WaitForProcess();
  // How the worker ended, or that it has not.
  std::string DescribeWorker();

  const std::unique_ptr<WorkerProcess> process_;
  std::unique_ptr<Transport> own_transport_;
  const std::function<void(absl::string_view)> on_event_;
  const DrainOptions drain_;
  ClientConnection connection_;
  ConnectionPump pump_;
  WorkerEnd end_;
  State state_ = State::kIdle;
  absl::Status closed_status_;  // what Close() returned
  // Until then a call that the worker's end has ended waits to hear of it.
  MonotonicTime tell_until_ = MonotonicTime::InfinitePast();
  std::string workers_end_;  // once it is known
  int64_t dropped_events_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_BLOCKING_CORE_H_
