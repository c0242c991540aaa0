// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/async_worker_main.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "forkrpc/server/worker_main.h"
#include "forkrpc/server/worker_wire.h"
#include "forkrpc/transport/fd_transport.h"

namespace forkrpc {

int AsyncWorkerMain(AsyncHandler handler, AsyncWorkerOptions options) {
  const absl::StatusOr<std::unique_ptr<FdTransport>> wire =
      TakeWorkerWire({options.server.connection.form, handler.serialiser(),
                      "AsyncWorkerOptions::server.connection.form"});
  if (!wire.ok()) return WorkerExitStatus(wire.status(), kWorkerNotStarted);
  const absl::StatusOr<std::unique_ptr<LibuvLoop>> loop = LibuvLoop::Create();
  if (!loop.ok()) return WorkerExitStatus(loop.status(), kWorkerNotStarted);
  absl::Status end;
  options.server.done = [&](absl::Status status) {
    end = std::move(status);
    if (options.done != nullptr) {
      // The program may go on for long: the parent is not to wait for that.
      (*wire)->ShutdownWrite().IgnoreError();
      options.done(end, loop->get());
    } else {
      (*loop)->Stop();
    }
  };
  const absl::StatusOr<std::unique_ptr<AsyncServer>> server =
      AsyncServer::Start(wire->get(), std::move(handler), options.server,
                         loop->get());
  if (!server.ok()) return WorkerExitStatus(server.status(), kWorkerNotStarted);
  if (options.init != nullptr) options.init(server->get(), loop->get());
  for (;;) {
    absl::Status run = CatchingExceptions([&] {
      (*loop)->Run();
      return absl::OkStatus();
    });
    if (run.ok()) break;
    (*server)->EndWorker(std::move(run));
  }
  return WorkerExitStatus(end, (*server)->peer_broke_protocol()
                                   ? kWorkerProtocolError
                                   : kWorkerFailed);
}

}  // namespace forkrpc
