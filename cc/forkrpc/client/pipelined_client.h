// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PipelinedClient: many calls into a worker process at once, without a loop.
//
// Start() queues calls, Wait() and WaitAny() give how they ended. Otherwise as
// BlockingClient: one thread at a time, no thread made, both forms. Every call
// that Start() gave ends exactly once. Every function that can wait takes a
// timeout and keeps it to 10 ms, whatever the worker does. Memory follows what
// is received and what the user has started and not waited for. What a callback
// throws leaves through the function that was running it; nothing is lost, and
// one may go on.
//
//   forkrpc::SpawnOptions worker;
//   worker.argv = {"./greeter_worker"};
//   auto client = forkrpc::PipelinedClient::Spawn(worker, {});
//   if (!client.ok()) return client.status();
//   for (const char* name : {"Ada", "Grace"}) {
//     auto call = (*client)->Start(name);
//     if (!call.ok()) return call.status();
//   }
//   while ((*client)->open_calls() > 0) {
//     forkrpc::Completion completion = (*client)->WaitAny();
//     if (!completion.response.ok()) return completion.response.status();
//     std::cout << *completion.response << "\n";
//   }
//   return (*client)->Close();

#ifndef FORKRPC_CLIENT_PIPELINED_CLIENT_H_
#define FORKRPC_CLIENT_PIPELINED_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/blocking_client_options.h"
#include "forkrpc/client/blocking_core.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// How one call of WaitAny() ended.
struct Completion {
  CallId call;  // 0 if none has ended
  // The payload is valid until the next use of the client.
  absl::StatusOr<absl::string_view> response;
};

// Invariants:
//  1. Each call that Start() gave is open in the connection, or in ended_, or
//     its end was handed to the user.
//  2. Once the client is closed no call is open in the connection.
class PipelinedClient {
 public:
  // Starts a worker and connects to it. Errors: see WorkerProcess::Spawn.
  static absl::StatusOr<std::unique_ptr<PipelinedClient>> Spawn(
      const SpawnOptions& worker, BlockingClientOptions options);

  // Uses a stream that somebody else made.
  PipelinedClient(std::unique_ptr<Transport> transport,
                  BlockingClientOptions options);

  // As that of BlockingClient.
  ~PipelinedClient();
  PipelinedClient(const PipelinedClient&) = delete;
  PipelinedClient& operator=(const PipelinedClient&) = delete;

  // Queues a call, which ends with DeadlineExceeded after `timeout`, and is not
  // sent if nothing of it was written by then. It is written at the latest by
  // the next Wait(), WaitAny() or Flush(), many in one system call. If much is
  // queued, waits until the worker has taken some of it. Errors, and the call
  // is not made: DeadlineExceeded if that takes longer than `timeout`, or if
  // that is not positive; as BlockingClient::Call.
  absl::StatusOr<CallId> Start(
      absl::string_view payload,
      absl::Duration timeout = absl::InfiniteDuration()) {
    MonotonicTime deadline = MonotonicTime::InfiniteFuture();
    if (ABSL_PREDICT_FALSE(timeout != absl::InfiniteDuration() ||
                           !core_.idle() ||
                           core_.connection().unsent() > kUnsentHighWater)) {
      absl::Status ready = PrepareStart(timeout, &deadline);
      if (!ready.ok()) return ready;
    }
    absl::StatusOr<CallId> call =
        deadline == MonotonicTime::InfiniteFuture()
            ? core_.connection().StartCall(payload)
            : core_.connection().StartCallWithDeadline(payload, deadline);
    if (ABSL_PREDICT_TRUE(call.ok())) return call;
    return core_.WithWorkersEnd(call.status(), deadline);
  }

  // Writes what is queued, as far as that is possible without waiting.
  void Flush();

  // Waits for a call of Start(). Other calls that end meanwhile are kept.
  // DeadlineExceeded after `timeout` if it is still open: see is_open().
  // NotFound if there is no such call, or its end was handed out before.
  absl::StatusOr<std::string> Wait(
      CallId call, absl::Duration timeout = absl::InfiniteDuration());

  // Waits for any call of Start(). The completion has call 0 and
  // DeadlineExceeded if none has ended after `timeout`, FailedPrecondition if
  // there is none to wait for.
  Completion WaitAny(absl::Duration timeout = absl::InfiniteDuration())
      ABSL_ATTRIBUTE_LIFETIME_BOUND {
    CallId call;
    absl::string_view payload;
    // It shows with thousands of responses to one read.
    if (ABSL_PREDICT_TRUE(ended_.empty() && core_.idle() &&
                          core_.connection().PollResponse(&call, &payload))) {
      return Completion{call, payload};
    }
    return WaitForAny(timeout);
  }

  // Stops waiting for a call of Start(): it ends with Cancelled. If nothing of
  // its request was written it is not sent, else the worker still executes it;
  // so it is at the end of a timeout. NotFound if it has ended already.
  absl::Status Cancel(CallId call);

  // As BlockingClient::Close, after the worker has answered everything.
  // Responses that come meanwhile are kept for Wait() and WaitAny().
  absl::Status Close(absl::Duration grace = absl::Seconds(5));

  // Calls started whose end was not handed out.
  size_t open_calls() const {
    return core_.connection().open_calls() + ended_.size();
  }
  // Whether `call` is one of them.
  bool is_open(CallId call) const;

  // Events that nobody wanted.
  int64_t dropped_events() const { return core_.dropped_events(); }

  // Null if the client was made from a stream. Its wire is the client's.
  WorkerProcess* process() { return core_.process(); }

 private:
  using EndedCalls = absl::btree_map<CallId, absl::StatusOr<std::string>>;

  // With so many octets unsent Start() waits until only the second amount is: a
  // worker that is slower than its parent does not fill the parent's memory.
  static constexpr size_t kUnsentHighWater = size_t{1} << 20;
  static constexpr size_t kUnsentLowWater = size_t{256} << 10;

  PipelinedClient(std::unique_ptr<WorkerProcess> process,
                  BlockingClientOptions options);

  // Sets `deadline` and waits for room, if that is needed.
  absl::Status PrepareStart(absl::Duration timeout, MonotonicTime* deadline);
  Completion WaitForAny(absl::Duration timeout);
  // Keeps the end of a call until it is asked for.
  EndedCalls::iterator Keep(const ClientEvent& event, MonotonicTime deadline);
  // The same with all that have ended without a response.
  void KeepFailed(MonotonicTime deadline);
  Completion HandOut(EndedCalls::iterator ended);

  BlockingCore core_;
  EndedCalls ended_;        // while another call was waited for, or the worker
  std::string handed_out_;  // what the last Completion points to
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_PIPELINED_CLIENT_H_
