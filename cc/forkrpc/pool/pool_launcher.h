// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PoolLauncher: one of several programs by which a pool starts its workers.
//
// A plain value, for PoolOptions::launchers. Each launcher has restarts of its
// own: one that cannot be started, or whose workers end before they answer, is
// left alone for a while, and the others serve. Which is used next: of those
// that may be started now, the one with the fewest workers for its weight, the
// first of several. A pool schedules nothing beyond that, and moves no worker.
//
//   #include "forkrpc/pool/pool_options.h"
//
//   forkrpc::PoolOptions options;
//   for (const char* host : {"alpha", "beta"}) {
//     forkrpc::PoolLauncher launcher;
//     launcher.program.argv = {"ssh", "-T", host, "./greeter"};
//     launcher.max = 4;
//     options.launchers.push_back(launcher);
//   }
//   options.max = 8;

#ifndef FORKRPC_POOL_POOL_LAUNCHER_H_
#define FORKRPC_POOL_POOL_LAUNCHER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "forkrpc/client/drain_mode.h"
#include "forkrpc/process/spawn_options.h"

namespace forkrpc {

struct PoolLauncher {
  // What each of its workers is.
  SpawnOptions program;
  // What statuses call it; program.argv with blanks between if empty.
  std::string name;
  // Workers of it that take calls, at most; 0: as many as the pool has.
  int max = 0;
  // Of two launchers the one with twice the weight has twice as many workers,
  // as far as there is room; at least 1.
  int weight = 1;
  // In place of PoolOptions::drain, for what this launcher needs.
  std::optional<DrainOptions> drain;
};

// One launcher as it is now.
struct PoolLauncherInfo {
  std::string name;
  size_t serving = 0;  // workers that take calls
  // Workers that have failed since one has answered a call.
  int failures_in_row = 0;
  // Not OK while it is left alone after too many: why, and for how long.
  absl::Status broken;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_POOL_LAUNCHER_H_
