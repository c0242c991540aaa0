// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TestLoopPair: a Worker and the AsyncServer that answers it, in one loop.
//
// For tests of this package.
//
//   TestLoopPair pair(std::move(handler), options);
//   pair.worker->Call("x", [&](auto response) { pair.loop.Stop(); });
//   pair.Run();

#ifndef FORKRPC_CLIENT_TEST_LOOP_PAIR_H_
#define FORKRPC_CLIENT_TEST_LOOP_PAIR_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {

struct TestLoopPair {
  explicit TestLoopPair(AsyncHandler handler, WorkerOptions options = {}) {
    SocketPair wire = *MakeSocketPair();
    server_transport = *FdTransport::FromSocket(std::move(wire.theirs));
    AsyncServerOptions server_options;
    server_options.done = [this](absl::Status end) {
      service_end = std::move(end);
      loop.Stop();
    };
    server = *AsyncServer::Start(server_transport.get(), std::move(handler),
                                 std::move(server_options), &loop);
    worker = *Worker::Connect(*FdTransport::FromSocket(std::move(wire.ours)),
                              std::move(options), &loop);
  }

  // Until somebody calls loop.Stop(), or the service ends.
  void Run() {
    std::unique_ptr<Timer> watchdog = loop.MakeTimer([this] {
      ADD_FAILURE() << "nothing has stopped the loop for 10 s";
      loop.Stop();
    });
    watchdog->Set(MonotonicNow() + absl::Seconds(10));
    loop.Run();
  }

  LibuvLoop loop;
  std::unique_ptr<FdTransport> server_transport;
  std::unique_ptr<AsyncServer> server;
  std::unique_ptr<Worker> worker;
  std::optional<absl::Status> service_end;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_TEST_LOOP_PAIR_H_
