// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Last words, the parent: prints what its worker says before it ends, and how
// it ended.
//
// usage: last_words_parent [WORKER]

#include <iostream>

#include "forkrpc/client/blocking_client.h"

int main(int argc, char** argv) {
  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./last_words_worker"};
  forkrpc::BlockingClientOptions options;
  options.on_event = [](absl::string_view event) {
    std::cout << "event: " << event << "\n";
  };
  auto client = forkrpc::BlockingClient::Spawn(program, options);
  if (!client.ok()) {
    std::cerr << client.status() << "\n";
    return 1;
  }
  for (const char* text : {"12", "twelve"}) {
    const absl::StatusOr<std::string> square = (*client)->Call(text);
    if (square.ok()) {
      std::cout << text << " squared is " << *square << "\n";
    } else {
      // By now all events that it sent have come.
      const auto end = (*client)->process()->exit_status();
      std::cout << "the worker " << (end ? end->ToString() : "goes on") << "\n";
    }
  }
  return 0;
}
