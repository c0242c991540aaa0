// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LauncherSet: by which of a pool's launchers the next worker is started, and
// when.
//
// Each launcher has a RestartPolicy; one that is open is left alone, and only
// when all are open nobody can come. Knows no process and no clock: times go
// in. One thread; memory and each question follow the number of launchers. Not
// for users.
//
//   if (now >= launchers.NextStart()) {
//     const size_t launcher = launchers.Choose(now);
//     launchers.OnStart(launcher, now);
//     launchers.OnServing(launcher, +1);
//   }

#ifndef FORKRPC_POOL_LAUNCHER_SET_H_
#define FORKRPC_POOL_LAUNCHER_SET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/pool/pool_launcher.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/restart_policy.h"

namespace forkrpc {

// Invariants:
//  1. There is at least one launcher: PoolOptions::program where
//     PoolOptions::launchers is empty.
//  2. A launcher's serving is at most its max.
class LauncherSet {
 public:
  LauncherSet(const PoolOptions& options, uint64_t jitter_seed);

  // When a launcher that has room may be used; InfiniteFuture if none has, or
  // those that have must show first what they are.
  MonotonicTime NextStart() const;

  // The one to use now, which NextStart() has come for.
  size_t Choose(MonotonicTime now) const;

  // So many more workers of it take calls, or fewer.
  void OnServing(size_t launcher, int change) {
    lanes_[launcher].serving += change;
  }

  // As the functions of RestartPolicy, for one launcher.
  void OnStart(size_t launcher, MonotonicTime now) {
    lanes_[launcher].restart.OnStart(now);
  }
  bool OnFailure(size_t launcher, MonotonicTime now, bool proved,
                 const absl::Status& why) {
    return lanes_[launcher].restart.OnFailure(now, proved, why);
  }
  void OnRecycled(size_t launcher, MonotonicTime now) {
    lanes_[launcher].restart.OnRecycled(now);
  }
  void OnProved(size_t launcher) { lanes_[launcher].restart.OnProved(); }
  // Not OK while it is left alone; names the launcher if there are several.
  absl::Status BrokenOne(size_t launcher, MonotonicTime now) const;

  // Somebody has mended what was wrong, with all of them.
  void Restart();

  // Not OK while all are left alone: names each, and its last failure.
  absl::Status Broken(MonotonicTime now) const;

  // Whether there are several.
  bool several() const { return lanes_.size() > 1; }
  const std::string& name(size_t launcher) const {
    return lanes_[launcher].name;
  }
  std::vector<PoolLauncherInfo> Describe(MonotonicTime now) const;

 private:
  struct Lane {
    std::string name;
    int max;  // 0: no limit of its own
    int weight;
    int serving = 0;
    RestartPolicy restart;

    bool HasRoom() const { return max == 0 || serving < max; }
    // Whether it has fewer workers for its weight, one more counted.
    bool HasFewerThan(const Lane& other) const {
      return (int64_t{serving} + 1) * other.weight <
             (int64_t{other.serving} + 1) * weight;
    }
  };

  std::vector<Lane> lanes_;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_LAUNCHER_SET_H_
