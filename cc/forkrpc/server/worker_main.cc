// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/worker_main.h"

#include <cstdio>
#include <memory>

#include "forkrpc/transport/stdio_transport.h"

namespace forkrpc {

int WorkerMain(CallHandler handler, const BlockingServerOptions& options) {
  absl::StatusOr<std::unique_ptr<FdTransport>> wire = TakeStdioTransport();
  if (!wire.ok()) {
    std::fprintf(stderr, "%s\n", std::string(wire.status().message()).c_str());
    return kWorkerNotStarted;
  }
  BlockingServer server(wire->get(), options);
  const absl::Status end = server.Serve(handler);
  if (end.ok()) return kWorkerOk;
  std::fprintf(stderr, "worker: %s\n", end.ToString().c_str());
  return server.peer_broke_protocol() ? kWorkerProtocolError : kWorkerFailed;
}

}  // namespace forkrpc
