// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/worker_main.h"

#include <cstdio>
#include <string>

namespace forkrpc {

int WorkerExitStatus(const absl::Status& end, int if_not) {
  if (end.ok()) return kWorkerOk;
  // That standard input is no wire is for people, not for logs.
  const std::string text = if_not == kWorkerNotStarted
                               ? std::string(end.message())
                               : "worker: " + end.ToString();
  std::fprintf(stderr, "%s\n", text.c_str());
  return if_not;
}

}  // namespace forkrpc
