// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerMain: the main() of a worker whose wire is standard input and output.
//
// Serves until the parent half-closes. Standard input and output are taken away
// from the rest of the program: what it prints goes to standard error. A
// complete worker:
//
//   #include "absl/strings/str_cat.h"
//   #include "forkrpc/server/worker_main.h"
//
//   int main() {
//     return forkrpc::WorkerMain([](forkrpc::ServerCall& call) {
//       return call.Respond(absl::StrCat("hello, ", call.request()));
//     });
//   }

#ifndef FORKRPC_SERVER_WORKER_MAIN_H_
#define FORKRPC_SERVER_WORKER_MAIN_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/transport/stdio_transport.h"

namespace forkrpc {

// Exit statuses of a worker.
inline constexpr int kWorkerOk = 0;          // drained
inline constexpr int kWorkerFailed = 1;      // a function or the wire failed
inline constexpr int kWorkerNotStarted = 2;  // standard input is no wire
inline constexpr int kWorkerProtocolError =
    10;  // the parent broke the protocol

// kWorkerOk for OK; else `if_not`, after a line on standard error.
int WorkerExitStatus(const absl::Status& end, int if_not);

// Serves with `handler`, see BlockingServer::Serve. Returns the exit status for
// main(); errors go to standard error, one line.
template <typename Handler>
int WorkerMain(Handler&& handler, const BlockingServerOptions& options = {}) {
  absl::StatusOr<std::unique_ptr<FdTransport>> wire = TakeStdioTransport();
  if (!wire.ok()) return WorkerExitStatus(wire.status(), kWorkerNotStarted);
  BlockingServer server(wire->get(), options);
  const absl::Status end = server.Serve(handler);
  return WorkerExitStatus(
      end, server.peer_broke_protocol() ? kWorkerProtocolError : kWorkerFailed);
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_WORKER_MAIN_H_
