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

#include "forkrpc/server/blocking_server.h"

namespace forkrpc {

// Exit statuses of a worker.
inline constexpr int kWorkerOk = 0;          // drained
inline constexpr int kWorkerFailed = 1;      // a function or the wire failed
inline constexpr int kWorkerNotStarted = 2;  // standard input is no wire
inline constexpr int kWorkerProtocolError =
    10;  // the parent broke the protocol

// Returns the exit status for main(); errors go to standard error, one line.
int WorkerMain(CallHandler handler, const BlockingServerOptions& options = {});

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_WORKER_MAIN_H_
