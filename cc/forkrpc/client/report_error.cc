// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/report_error.h"

#include <cstdio>
#include <string>

#include "forkrpc/serialiser/string_pack.h"

namespace forkrpc {

void ReportWorkerError(const WorkerError& error, const WorkerOptions& options) {
  if (options.on_error != nullptr) return options.on_error(error);
  const std::string message(error.status.message());
  if (options.on_event != nullptr) {
    std::string event;
    if (EncodeStringPack({"error", message}, &event).ok()) {
      options.on_event(event);
    }
    return;
  }
  std::fprintf(stderr, "forkrpc: %s\n", message.c_str());
}

}  // namespace forkrpc
