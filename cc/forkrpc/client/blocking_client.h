// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BlockingClient: calls into a worker process as if they were functions.
//
// One call at a time; for more see pipelined_client.h. Needs no event loop and
// makes no thread; speaks both forms. One thread at a time. Every call ends
// exactly once, and within 10 ms of its timeout, whatever the worker does. That
// the worker is dead is seen within 50 ms, whoever else holds its wire. Memory
// follows what is received and what the user calls with. What a callback throws
// leaves through the function that was running it: the call under way is then
// abandoned as if it had timed out, and the next one may be made. The worker is
// gone, reaped, when the client is.
//
//   forkrpc::SpawnOptions worker;
//   worker.argv = {"./greeter_worker"};
//   auto client = forkrpc::BlockingClient::Spawn(worker, {});
//   if (!client.ok()) return client.status();
//   absl::StatusOr<std::string> response =
//       (*client)->Call("world", absl::Seconds(5));
//   if (!response.ok()) return response.status();
//   std::cout << *response << "\n";
//   return (*client)->Close();

#ifndef FORKRPC_CLIENT_BLOCKING_CLIENT_H_
#define FORKRPC_CLIENT_BLOCKING_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/client/blocking_client_options.h"
#include "forkrpc/client/blocking_core.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariant: between two calls no call is open in the connection.
class BlockingClient {
 public:
  // Starts a worker and connects to it. Errors: see WorkerProcess::Spawn.
  static absl::StatusOr<std::unique_ptr<BlockingClient>> Spawn(
      const SpawnOptions& worker, BlockingClientOptions options);

  // Uses a stream that somebody else made.
  BlockingClient(std::unique_ptr<Transport> transport,
                 BlockingClientOptions options);

  // Ends the worker without draining: closes the wire, gives it
  // kDestructorGrace to end and kills it then; waits for our own standard
  // error, if that is slow, for kStderrLinger. So it takes two seconds at most,
  // and what the kernel needs to end a process that was killed; after Close()
  // the latter only. What on_stderr throws meanwhile is dropped.
  ~BlockingClient();
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  // Makes a call and waits for its response. Errors: DeadlineExceeded after
  // `timeout`, and without sending it if that is not positive or nothing of it
  // was written by then; Unavailable, naming how the worker ended, if it did;
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

  // Half-closes, at once or behind the answers that are still due (see
  // drain_mode.h), waits until the worker has ended, and reaps it. OK if it
  // ended with status 0, or if nobody can say how it ended, which
  // process()->exit_status() tells. After `grace` it is killed (SIGKILL), and
  // the status is DeadlineExceeded; then the kernel may need up to 2 s more.
  // Only the first call does anything, unless a callback has thrown out of it.
  absl::Status Close(absl::Duration grace = absl::Seconds(5));

  // Events that nobody wanted.
  int64_t dropped_events() const { return core_.dropped_events(); }

  // Null if the client was made from a stream. Its wire is the client's.
  WorkerProcess* process() { return core_.process(); }

 private:
  explicit BlockingClient(std::unique_ptr<WorkerProcess> process,
                          BlockingClientOptions options);

  BlockingCore core_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_BLOCKING_CLIENT_H_
