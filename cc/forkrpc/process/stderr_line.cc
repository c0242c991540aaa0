// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_line.h"

#include <unistd.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/process/tee_descriptor.h"

namespace forkrpc {

void WriteStderrLine(absl::string_view message) {
  absl::StatusOr<TeeDescriptor> out = TeeDescriptor::Open(STDERR_FILENO);
  if (!out.ok() || !out->valid()) return;
  out->Write(absl::StrCat("forkrpc: ", message, "\n"));
}

}  // namespace forkrpc
