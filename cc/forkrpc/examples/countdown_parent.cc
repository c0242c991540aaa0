// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 2, the parent: starts three countdowns; the last one finishes first.
//
// usage: countdown_parent [WORKER [MILLISECONDS OF A TICK]]

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/client/typed_worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/serialiser/string_pack.h"

namespace {

using Strings = std::vector<std::string>;

}  // namespace

int main(int argc, char** argv) {
  forkrpc::LibuvLoop loop;

  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./countdown_worker",
                  argc > 2 ? argv[2] : "1000"};
  forkrpc::WorkerOptions options;  // in the async form, unless told otherwise
  options.on_error = [](const forkrpc::WorkerError& error) {
    std::cerr << "ERROR: " << error.status << "\n";
    std::exit(1);
  };
  options.on_event = forkrpc::TypedEvents<forkrpc::StringPackSerialiser>(
      [](const absl::StatusOr<Strings>& event) {
        if (event.ok() && !event->empty()) {
          std::cout << event->front() << std::endl;
        }
      });
  options.on_destroy = [&] { loop.Stop(); };

  auto worker = forkrpc::TypedWorker<forkrpc::StringPackSerialiser>::Spawn(
      program, std::move(options), &loop);
  if (!worker.ok()) {
    std::cerr << worker.status() << "\n";
    return 1;
  }

  for (const int count : {3, 2, 1}) {
    worker->Call({absl::StrCat(count)},
                 [count](const absl::StatusOr<Strings>& result) {
                   if (!result.ok()) return;  // on_error tells
                   std::cout << "job " << count << " finished" << std::endl;
                 });
  }
  worker->worker()->Drain();
  loop.Run();
  return 0;
}
