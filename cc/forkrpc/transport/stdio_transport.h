// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TakeStdioTransport: a worker's wire, taken from descriptors 0 and 1.
//
// Afterwards nothing else in the program can reach the wire: 0 is /dev/null, 1
// is standard error, so a printf in a function ends up where people look for
// it. Call it once, first thing in main(), before other threads exist and
// before anything reads stdin. Touches no signal disposition.
//
//   #include "forkrpc/server/blocking_server.h"
//
//   int main() {
//     auto wire = forkrpc::TakeStdioTransport();
//     if (!wire.ok()) {
//       std::cerr << wire.status().message() << "\n";
//       return 2;
//     }
//     forkrpc::BlockingServer server(wire->get(), {});
//     const absl::Status end =
//         server.Serve([](forkrpc::ServerCall&) { return "hi"; });
//     return end.ok() ? 0 : 1;
//   }

#ifndef FORKRPC_TRANSPORT_STDIO_TRANSPORT_H_
#define FORKRPC_TRANSPORT_STDIO_TRANSPORT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "forkrpc/transport/fd_transport.h"

namespace forkrpc {

// One full-duplex socket on both descriptors becomes a transport that
// half-closes with shutdown(); anything else (two pipes, also those of ssh; two
// sockets; files) a pair of one-way ends whose blocking mode is left alone,
// since other processes may share them.
//
// Where descriptor 2 leads to the wire as well ("2>&1"), or is closed, 1 and 2
// become /dev/null.
//
// FailedPrecondition, with one line that says what to do, when 0 or 1 is
// closed, 0 is a terminal, or 1 is one that changes what is written to it; then
// all descriptors are as they were.
//= spec/wire.md#FR-PRC-001
absl::StatusOr<std::unique_ptr<FdTransport>> TakeStdioTransport();

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_STDIO_TRANSPORT_H_
