// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerMain: the main() of a worker whose wire is standard input and output.
//
// Serves until the parent half-closes, one call at a time. Standard input and
// output are taken away from the rest of the program: what it prints goes to
// standard error. They may be a socket, pipes, files or /dev/null. A worker
// that this library's parents start for another form or serialiser than its own
// does not start, and says so. A complete worker:
//
//   #include "absl/strings/str_cat.h"
//   #include "forkrpc/server/worker_main.h"
//
//   int main() {
//     return forkrpc::WorkerMain([](forkrpc::ServerCall& call) {
//       return absl::StrCat("hello, ", call.request());
//     });
//   }
//
// What a function may return beside its response, reply.h says.

#ifndef FORKRPC_SERVER_WORKER_MAIN_H_
#define FORKRPC_SERVER_WORKER_MAIN_H_

#include <memory>
#include <type_traits>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/server/handler_serialiser.h"
#include "forkrpc/server/worker_wire.h"
#include "forkrpc/transport/fd_transport.h"

namespace forkrpc {

// Exit statuses of a worker.
inline constexpr int kWorkerOk = 0;          // drained
inline constexpr int kWorkerFailed = 1;      // a function or the wire failed
inline constexpr int kWorkerNotStarted = 2;  // no wire, or another parent's
inline constexpr int kWorkerProtocolError =
    10;  // the parent broke the protocol

// kWorkerOk for OK; else `if_not`, after a line on standard error.
int WorkerExitStatus(const absl::Status& end, int if_not);

// What `serve` returns; or Internal: "the function threw: ...", if an exception
// leaves it.
absl::Status CatchingExceptions(absl::FunctionRef<absl::Status()> serve);

// Serves with `handler`, see BlockingServer::Serve. Returns the exit status for
// main(); errors go to standard error, one line. An exception that leaves the
// function is one: what earlier calls have made is written, then the worker
// ends with kWorkerFailed.
template <typename Handler>
int WorkerMain(Handler&& handler, const BlockingServerOptions& options = {}) {
  static_assert(
      std::is_invocable<Handler&, ServerCall&>::value,
      "a worker's function is called with a forkrpc::ServerCall&; functions "
      "that get a forkrpc::Responder are AsyncWorkerMain's");
  absl::StatusOr<std::unique_ptr<FdTransport>> wire =
      TakeWorkerWire({options.connection.form, HandlerSerialiser(handler),
                      "BlockingServerOptions::connection.form"});
  if (!wire.ok()) return WorkerExitStatus(wire.status(), kWorkerNotStarted);
  BlockingServer server(wire->get(), options);
  const absl::Status end =
      CatchingExceptions([&] { return server.Serve(handler); });
  return WorkerExitStatus(
      end, server.peer_broke_protocol() ? kWorkerProtocolError : kWorkerFailed);
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_WORKER_MAIN_H_
