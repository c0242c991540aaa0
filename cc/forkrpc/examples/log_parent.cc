// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 4, the parent: logs what its worker logs.
//
// usage: log_parent [WORKER]

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "forkrpc/client/typed_worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/serialiser/string_pack.h"

namespace {

void OnEvent(const absl::StatusOr<std::vector<std::string>>& event) {
  if (event.ok() && event->size() == 3 && event->front() == "log") {
    // Here a program would hand it to its own log.
    std::cout << (*event)[1] << " " << (*event)[2] << "\n";
  }
  // Other kinds of events come here.
}

}  // namespace

int main(int argc, char** argv) {
  forkrpc::LibuvLoop loop;
  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./log_worker"};
  forkrpc::WorkerOptions options;
  options.on_error = [](const forkrpc::WorkerError& error) {
    std::cerr << "ERROR: " << error.status << "\n";
    std::exit(1);
  };
  options.on_event =
      forkrpc::TypedEvents<forkrpc::StringPackSerialiser>(OnEvent);
  options.on_destroy = [&] { loop.Stop(); };
  auto worker = forkrpc::Worker::Spawn(program, std::move(options), &loop);
  if (!worker.ok()) {
    std::cerr << worker.status() << "\n";
    return 1;
  }

  (*worker)->Call("a request", [](absl::StatusOr<absl::string_view> response) {
    if (response.ok()) std::cout << *response << "\n";
  });
  (*worker)->Drain();
  loop.Run();
  return 0;
}
