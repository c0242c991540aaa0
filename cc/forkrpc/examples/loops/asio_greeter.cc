// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker inside a program that runs on Asio: calls and the program's own
// timer are served by one io_context, in one thread.

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <iostream>

#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/asio_loop.h"

// Asio throws what cannot be helped here.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) {
  asio::io_context io;
  forkrpc::AsioLoop loop(&io);

  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./greeter_worker"};
  forkrpc::WorkerOptions options;
  bool failed = false;
  options.on_error = [&](const forkrpc::WorkerError& error) {
    std::cerr << error.status << "\n";
    failed = true;
  };
  auto worker = forkrpc::Worker::Spawn(program, options, &loop);
  if (!worker.ok()) {
    std::cerr << worker.status() << "\n";
    return 1;
  }

  asio::steady_timer timer(io, std::chrono::milliseconds(10));
  timer.async_wait([&](const asio::error_code&) {
    for (const char* name : {"Ada", "Grace"}) {
      (*worker)->Call(name, [&](absl::StatusOr<absl::string_view> response) {
        if (response.ok()) std::cout << *response << "\n";
        failed |= !response.ok();
      });
    }
    worker->reset();  // drains: both are answered, then the worker ends
  });
  io.run();  // returns when nothing is left to wait for
  return failed ? 1 : 0;
}
