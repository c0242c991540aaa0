// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ErrnoStatus: an absl::Status from errno that says what was being done.
//
// Any thread. Allocates the message.
//
//   int ends[2];
//   if (pipe2(ends, O_CLOEXEC) != 0) {
//     return forkrpc::ErrnoStatus(errno, "cannot make a pipe");
//   }  // ResourceExhausted: cannot make a pipe: Too many open files

#ifndef FORKRPC_BASE_ERRNO_STATUS_H_
#define FORKRPC_BASE_ERRNO_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

// The system's text for `error`, in the C locale's words unless the program
// has chosen another one ("Broken pipe").
std::string ErrnoText(int error);

// The code this project gives `error`: Unavailable when a peer is gone (EPIPE,
// ECONNRESET, ...), NotFound, PermissionDenied, ResourceExhausted when the
// system has run out of something (descriptors, memory, processes), otherwise
// Internal.
absl::StatusCode ErrnoCode(int error);

// "`what`: text of `error`" with ErrnoCode(error). `error` is not 0.
absl::Status ErrnoStatus(int error, absl::string_view what);

}  // namespace forkrpc

#endif  // FORKRPC_BASE_ERRNO_STATUS_H_
