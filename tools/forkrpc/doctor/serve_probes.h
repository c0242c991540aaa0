// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ServeProbes: the far end of `forkrpc doctor --connect`.
//
// Listens, and gives each connection a probe, which is a process of its own.
// Returns on an error only: whoever has started it ends it.
//
//   int code = ServeProbes("127.0.0.1:4000", streams);

#ifndef TOOLS_FORKRPC_DOCTOR_SERVE_PROBES_H_
#define TOOLS_FORKRPC_DOCTOR_SERVE_PROBES_H_

#include <string>

#include "tools/forkrpc/streams.h"

namespace forkrpc::cli {

// Says on standard output where it listens. Returns the exit code.
int ServeProbes(const std::string& address, const Streams& streams);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_SERVE_PROBES_H_
