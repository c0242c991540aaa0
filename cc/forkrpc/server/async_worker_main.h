// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsyncWorkerMain: the main() of a worker that serves many calls at a time.
//
// As WorkerMain (worker_main.h), on an event loop, in the async form unless the
// options say otherwise. A complete worker:
//
//   #include "forkrpc/server/async_worker_main.h"
//
//   int main() {
//     return forkrpc::AsyncWorkerMain(
//         [](absl::string_view request, forkrpc::Responder responder) {
//           responder.Respond(request).IgnoreError();
//         });
//   }

#ifndef FORKRPC_SERVER_ASYNC_WORKER_MAIN_H_
#define FORKRPC_SERVER_ASYNC_WORKER_MAIN_H_

#include <functional>

#include "absl/status/status.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/server/async_server.h"

namespace forkrpc {

struct AsyncWorkerOptions {
  // `server.done` is not used: see `done`.
  AsyncServerOptions server;

  // Called before the first request is read: for events, timers, descriptors.
  std::function<void(AsyncServer* server, LibuvLoop* loop)> init;

  // Called when the service has ended, in place of ending the program: it goes
  // on without a parent until the loop is stopped.
  std::function<void(const absl::Status& end, LibuvLoop* loop)> done;
};

// Serves with `handler` until the parent half-closes and all is answered.
// Returns the exit status for main(), one of those in worker_main.h; errors go
// to standard error, one line. An exception that leaves a function, or another
// callback of the loop, ends the worker as Responder::EndWorker does.
int AsyncWorkerMain(AsyncHandler handler, AsyncWorkerOptions options = {});

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_ASYNC_WORKER_MAIN_H_
