// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SpawnProcess: posix_spawn with a worker's environment, directory and signals.
//
// Any thread, as long as no other one changes the environment. Waits until the
// program has been executed, so a program that cannot be is an error here.
//
//   forkrpc::ChildDescriptors descriptors;  // ... Add ...
//   absl::StatusOr<pid_t> pid =
//       forkrpc::SpawnProcess(options, {{"LANG", "C"}}, &descriptors);

#ifndef FORKRPC_PROCESS_SPAWN_PROCESS_H_
#define FORKRPC_PROCESS_SPAWN_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "forkrpc/process/child_descriptors.h"
#include "forkrpc/process/spawn_options.h"

namespace forkrpc {

// Environment variables as (name, value).
using Variables = std::vector<std::pair<std::string, std::string>>;

// Starts options.argv with `descriptors`; the other options that concern
// descriptors are the caller's business. The environment is this program's
// without FORKRPC_FORM and FORKRPC_SERIALISER, which are about this program's
// own wire, then `variables`, then what the options change of it. Errors as of
// WorkerProcess::Spawn. The caller must reap the process.
absl::StatusOr<pid_t> SpawnProcess(const SpawnOptions& options,
                                   const Variables& variables,
                                   ChildDescriptors* descriptors);

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_SPAWN_PROCESS_H_
