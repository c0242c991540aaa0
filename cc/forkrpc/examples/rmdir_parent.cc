// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Examples 1 and 1a, the parent: has six directories removed, tells of events.
//
// usage: rmdir_parent [WORKER [sync|async [FOLDER]]]

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
  const std::string form = argc > 2 ? argv[2] : "sync";
  const std::string folder = argc > 3 ? argv[3] : "/tmp/somepath";
  forkrpc::LibuvLoop loop;

  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./rmdir_worker"};
  forkrpc::WorkerOptions options;
  // All that example 1a changes here.
  options.connection.form =
      form == "async" ? forkrpc::Form::kAsync : forkrpc::Form::kSync;
  options.on_error = [](const forkrpc::WorkerError& error) {
    std::cerr << "ERROR: " << error.status << "\n";
    std::exit(1);
  };
  options.on_event = forkrpc::TypedEvents<forkrpc::StringPackSerialiser>(
      [](const absl::StatusOr<Strings>& event) {
        if (event.ok() && !event->empty()) {
          std::cout << event->front() << " requests handled\n";
        }
      });
  options.on_destroy = [&] { loop.Stop(); };

  auto worker = forkrpc::TypedWorker<forkrpc::StringPackSerialiser>::Spawn(
      program, std::move(options), &loop);
  if (!worker.ok()) {
    std::cerr << worker.status() << "\n";
    return 1;
  }

  for (int id = 1; id <= 6; ++id) {
    const std::string path = absl::StrCat(folder, "/", id);
    worker->Call(
        {"rmdir", path}, [path](const absl::StatusOr<Strings>& result) {
          // If the call has failed, so has the worker, and on_error tells.
          if (result.ok() && result->size() == 2 && (*result)[0] == "0") {
            std::cout << path << ": " << (*result)[1] << "\n";
          }
        });
  }
  worker->worker()->Drain();  // what is called is still done
  loop.Run();
  return 0;
}
