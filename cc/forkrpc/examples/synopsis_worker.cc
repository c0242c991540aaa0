// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Synopsis, the worker: returns its arguments in reverse order.

#include <string>
#include <vector>

#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/worker_main.h"

int main() {
  return forkrpc::WorkerMain([](forkrpc::ServerCall& call) {
    std::vector<std::string> arguments;
    const absl::Status decoded =
        forkrpc::DecodeStringPack(call.request(), &arguments);
    if (!decoded.ok()) return decoded;
    std::string results;
    const absl::Status encoded = forkrpc::EncodeStringPack(
        std::vector<std::string>(arguments.rbegin(), arguments.rend()),
        &results);
    return encoded.ok() ? call.Respond(results) : encoded;
  });
}
