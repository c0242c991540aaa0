// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SpawnProcess: posix_spawn with a worker's environment, directory and signals.
//
// Any thread, as long as no other one changes the environment. Waits until the
// program has been executed, so a program that cannot be is an error here.
//
//   forkrpc::ChildDescriptors descriptors;  // ... Add ...
//   absl::StatusOr<pid_t> pid = forkrpc::SpawnProcess(options, &descriptors);

#ifndef FORKRPC_PROCESS_SPAWN_PROCESS_H_
#define FORKRPC_PROCESS_SPAWN_PROCESS_H_

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "forkrpc/process/child_descriptors.h"
#include "forkrpc/process/spawn_options.h"

namespace forkrpc {

// Starts options.argv with `descriptors`; the other options that concern
// descriptors are the caller's business. Errors as of WorkerProcess::Spawn. The
// caller must reap the process.
absl::StatusOr<pid_t> SpawnProcess(const SpawnOptions& options,
                                   ChildDescriptors* descriptors);

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_SPAWN_PROCESS_H_
