// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Calls a worker that runs on another machine.
//
//   remote_greeter ssh build-host ./greeter_worker
//
// A worker's wire is its standard input and output, so any command that carries
// these will do: ssh, docker exec -i, kubectl exec -i, sudo. The worker is the
// same program that runs here, unchanged; what it writes to standard error
// comes back too. When the connection breaks its input ends, and so does the
// worker.
//
// Two things matter: pipes instead of a socket, which ssh expects, and no
// terminal (no -t), which would change octets.

#include <iostream>
#include <memory>

#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"

int main(int argc, char** argv) {
  forkrpc::SpawnOptions program;
  program.argv.assign(argv + (argc > 0 ? 1 : 0), argv + argc);
  program.binding = forkrpc::Binding::kPipes;
  forkrpc::LibuvLoop loop;
  forkrpc::WorkerOptions options;
  options.on_destroy = [&] { loop.Stop(); };
  auto worker = forkrpc::Worker::Spawn(program, options, &loop);
  if (!worker.ok()) {
    std::cerr << worker.status() << "\n";
    return 1;
  }
  bool good = true;
  for (const char* name : {"Ada", "Grace"}) {
    (*worker)->Call(name, [&](absl::StatusOr<absl::string_view> response) {
      if (response.ok()) {
        std::cout << *response << "\n";
      } else {
        std::cerr << response.status() << "\n";
        good = false;
      }
    });
  }
  worker->reset();  // drains: both are answered, then the worker ends
  loop.Run();
  return good ? 0 : 1;
}
