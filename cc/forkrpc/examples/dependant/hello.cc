// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A parent: starts the worker named on the command line and calls it once.

#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/client/blocking_client.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: hello WORKER\n";
    return 2;
  }
  forkrpc::SpawnOptions worker;
  worker.argv = {argv[1]};
  auto client = forkrpc::BlockingClient::Spawn(worker, {});
  if (!client.ok()) {
    std::cerr << client.status() << "\n";
    return 2;
  }
  const absl::StatusOr<std::string> response = (*client)->Call("world");
  if (!response.ok()) {
    std::cerr << response.status() << "\n";
    return 1;
  }
  std::cout << *response << "\n";
  const absl::Status closed = (*client)->Close();
  if (!closed.ok()) std::cerr << closed << "\n";
  return closed.ok() ? 0 : 1;
}
