// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WriteStderrLine: a line of the library's own on standard error.
//
// For errors that nobody has asked to be told of. Never waits for who reads
// standard error: what is not taken at once is lost, as is a line where
// standard error is closed. One thread at a time. Allocates the line.
//
//   forkrpc::WriteStderrLine("worker 'greeter' was killed by signal 9");

#ifndef FORKRPC_PROCESS_STDERR_LINE_H_
#define FORKRPC_PROCESS_STDERR_LINE_H_

#include "absl/strings/string_view.h"

namespace forkrpc {

// Writes "forkrpc: `message`" and a line end.
void WriteStderrLine(absl::string_view message);

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_STDERR_LINE_H_
