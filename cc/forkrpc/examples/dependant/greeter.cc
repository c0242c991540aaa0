// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker: greets whom the request names.

#include "absl/strings/str_cat.h"
#include "forkrpc/server/worker_main.h"

int main() {
  return forkrpc::WorkerMain([](forkrpc::ServerCall& call) {
    return absl::StrCat("hello, ", call.request());
  });
}
