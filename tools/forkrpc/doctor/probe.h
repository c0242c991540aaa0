// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunProbe: the worker that doctor starts through a launcher.
//
// Answers requests on descriptor 0 by descriptor 1 as probe_words.h says. It
// waits at most two minutes for a request, and never longer than the process at
// the other end lives. One thread.
//
//   return RunProbe();  // `forkrpc doctor --probe`

#ifndef TOOLS_FORKRPC_DOCTOR_PROBE_H_
#define TOOLS_FORKRPC_DOCTOR_PROBE_H_

namespace forkrpc::cli {

// Returns the exit status.
int RunProbe();

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_PROBE_H_
