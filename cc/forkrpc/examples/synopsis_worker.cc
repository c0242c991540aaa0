// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Synopsis, the worker: returns its arguments in reverse order.

#include <string>
#include <vector>

#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/typed_handler.h"
#include "forkrpc/server/worker_main.h"

int main() {
  using Strings = forkrpc::StringPackSerialiser;
  return forkrpc::WorkerMain(forkrpc::TypedHandler<Strings>(
      [](const std::vector<std::string>& arguments) {
        return std::vector<std::string>(arguments.rbegin(), arguments.rend());
      }));
}
