// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BlockingClient: calls into a worker process as if they were functions.
//
// Needs no event loop and makes no thread. Speaks both forms; in either, calls
// may be pipelined: many Start(), then Wait() or WaitAny(). One thread at a
// time. Every call ends exactly once. Memory follows what is received and what
// the user queued. The worker is gone, reaped, when the client is.
//
//   forkrpc::SpawnOptions worker;
//   worker.argv = {"./greeter"};
//   auto client = forkrpc::BlockingClient::Spawn(worker, {});
//   if (!client.ok()) return client.status();
//   absl::StatusOr<std::string> response = (*client)->Call("world");

#ifndef FORKRPC_CLIENT_BLOCKING_CLIENT_H_
#define FORKRPC_CLIENT_BLOCKING_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/connection_pump.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

struct BlockingClientOptions {
  ClientOptions connection;

  // Called for each event of the worker, in order with the responses, while
  // this client waits for something. It must not use the client. Without it
  // events are dropped and counted.
  std::function<void(absl::string_view)> on_event;

  // How long to spin for a response before blocking; see spin_read.h.
  absl::Duration spin = absl::ZeroDuration();
};

// How one call of WaitAny() ended.
struct Completion {
  CallId call;  // 0 if there was none to wait for
  // The payload is valid until the next use of the client.
  absl::StatusOr<absl::string_view> response;
};

// Invariants:
//  1. Each call that Start() gave is in flight in connection_, or in ended_, or
//     was handed to the user.
//  2. The wire is closed no earlier than the connection has ended or failed;
//     from then on the pump is not used.
class BlockingClient {
 public:
  // Starts a worker and connects to it. Errors: see WorkerProcess::Spawn.
  static absl::StatusOr<std::unique_ptr<BlockingClient>> Spawn(
      const SpawnOptions& worker, BlockingClientOptions options);

  // Uses a stream that somebody else made.
  BlockingClient(std::unique_ptr<Transport> transport,
                 BlockingClientOptions options);

  // Ends the worker without draining: see WorkerProcess.
  ~BlockingClient();
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  // Makes a call and waits for its response. Errors: DeadlineExceeded after
  // `timeout`; Unavailable, naming how the worker ended, if it did;
  // DataLoss or ResourceExhausted for what it sent; ResourceExhausted if a
  // limit refuses the call; FailedPrecondition after Close().
  absl::StatusOr<std::string> Call(
      absl::string_view payload,
      absl::Duration timeout = absl::InfiniteDuration());

  // The same without a copy: valid until the next use of the client.
  absl::StatusOr<absl::string_view> CallView(
      absl::string_view payload,
      absl::Duration timeout = absl::InfiniteDuration())
      ABSL_ATTRIBUTE_LIFETIME_BOUND;

  // Pipelining: queues a call. It is written at the latest by the next Wait(),
  // WaitAny() or Flush(), many in one system call. If much is queued, waits for
  // the worker to take some of it.
  absl::StatusOr<CallId> Start(absl::string_view payload) {
    if (ABSL_PREDICT_TRUE(usable() &&
                          connection_.unsent() <= kUnsentHighWater)) {
      absl::StatusOr<CallId> call = connection_.StartCall(payload);
      if (ABSL_PREDICT_TRUE(call.ok())) return call;
    }
    return Start(payload, absl::InfiniteDuration());
  }
  absl::StatusOr<CallId> Start(absl::string_view payload,
                               absl::Duration timeout);

  // Writes what is queued, as far as that is possible without waiting.
  void Flush();

  // Waits for a call of Start(). Other responses that come meanwhile are kept.
  // NotFound if there is no such call, or its end was handed out before.
  absl::StatusOr<std::string> Wait(CallId call);

  // Waits for any call of Start(). If there is none, the completion has call 0
  // and FailedPrecondition.
  Completion WaitAny() ABSL_ATTRIBUTE_LIFETIME_BOUND {
    CallId call;
    absl::string_view payload;
    if (ABSL_PREDICT_TRUE(ended_.empty() && usable() &&
                          connection_.PollResponse(&call, &payload))) {
      return Completion{call, payload};
    }
    return WaitAnySlow();
  }

  // Stops waiting for a call of Start(): it ends with Cancelled. The worker
  // still executes it.
  absl::Status Cancel(CallId call);

  // Half-closes, waits until the worker has answered everything and ended, and
  // reaps it. Responses that come meanwhile are kept for Wait(). OK if it ended
  // with status 0. DeadlineExceeded if it had to be killed after `grace`. Only
  // the first call does anything.
  absl::Status Close(absl::Duration grace = absl::Seconds(5));

  // Calls started whose end was not handed out.
  size_t open_calls() const { return connection_.open_calls() + ended_.size(); }

  // Events that nobody wanted.
  int64_t dropped_events() const { return dropped_events_; }

  // Null if the client was made from a stream.
  WorkerProcess* process() { return process_.get(); }

 private:
  BlockingClient(std::unique_ptr<WorkerProcess> process,
                 BlockingClientOptions options);

  // With so many octets unsent Start() waits until only the second amount is: a
  // worker that is slower than its parent does not fill the parent's memory.
  static constexpr size_t kUnsentHighWater = size_t{1} << 20;
  static constexpr size_t kUnsentLowWater = size_t{256} << 10;

  bool usable() const { return !closed_.has_value() && !in_callback_; }
  absl::Status CheckUsable() const;
  Completion WaitAnySlow();
  absl::StatusOr<CallId> StartCall(absl::string_view payload,
                                   absl::Duration timeout,
                                   PayloadLifetime lifetime);
  // Waits until something happens to a call; hands events to on_event. nullopt
  // at `deadline`, and once the connection has ended.
  std::optional<ClientEvent> NextCallEvent(MonotonicTime deadline);
  void OnEvent(absl::string_view payload);
  // The end of a call, from its event.
  absl::StatusOr<absl::string_view> EndOf(const ClientEvent& event);
  // Keeps the end of a call for later.
  void Keep(const ClientEvent& event);
  // Reads and keeps until little is unsent.
  void MakeRoom();
  // `status` with how the worker ended, once the connection has failed.
  absl::Status WithWorkersEnd(const absl::Status& status);
  // Ends what is left of connection and worker; the result of Close().
  absl::Status Finish(MonotonicTime deadline);

  const std::unique_ptr<WorkerProcess> process_;
  std::unique_ptr<Transport> own_transport_;
  const std::function<void(absl::string_view)> on_event_;
  ClientConnection connection_;
  ConnectionPump pump_;
  // Calls that ended while another was waited for.
  absl::btree_map<CallId, absl::StatusOr<std::string>> ended_;
  std::string kept_;  // what the last Completion points to
  std::optional<std::string> workers_end_;
  std::optional<absl::Status> closed_;  // what Close() returned
  int64_t dropped_events_ = 0;
  bool in_callback_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_BLOCKING_CLIENT_H_
