// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Synopsis, the parent: starts a worker, calls it once, prints what it returns.
//
// usage: synopsis_parent [WORKER]

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "forkrpc/client/typed_worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/serialiser/string_pack.h"

int main(int argc, char** argv) {
  forkrpc::LibuvLoop loop;

  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./synopsis_worker"};
  forkrpc::WorkerOptions options;
  options.on_destroy = [&] { loop.Stop(); };

  // Arguments and results are lists of strings.
  auto worker = forkrpc::TypedWorker<forkrpc::StringPackSerialiser>::Spawn(
      program, std::move(options), &loop);
  if (!worker.ok()) {
    std::cerr << worker.status() << "\n";
    return 1;
  }

  int exit_status = 1;
  worker->Call({"1", "2", "3"},
               [&](absl::StatusOr<std::vector<std::string>> results) {
                 if (!results.ok()) return;  // on_error's default has said it
                 std::cout << "the worker returned "
                           << absl::StrJoin(*results, " ") << "\n";
                 exit_status = 0;
               });
  worker->worker()->Drain();  // no more calls: it ends when it has answered
  loop.Run();
  return exit_status;
}
