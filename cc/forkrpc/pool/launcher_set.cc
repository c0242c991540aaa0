// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/launcher_set.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace forkrpc {

LauncherSet::LauncherSet(const PoolOptions& options, uint64_t jitter_seed) {
  std::vector<PoolLauncher> launchers = options.launchers;
  if (launchers.empty()) launchers.emplace_back().program = options.program;
  for (const PoolLauncher& launcher : launchers) {
    std::string name = launcher.name.empty()
                           ? absl::StrJoin(launcher.program.argv, " ")
                           : launcher.name;
    // Another seed for each, lest two that fail together are tried together.
    lanes_.push_back(
        Lane{std::move(name), launcher.max, launcher.weight, 0,
             RestartPolicy(options.restart, jitter_seed + lanes_.size())});
  }
}

MonotonicTime LauncherSet::NextStart() const {
  MonotonicTime next = MonotonicTime::InfiniteFuture();
  for (const Lane& lane : lanes_) {
    if (lane.HasRoom()) next = std::min(next, lane.restart.NextStart());
  }
  return next;
}

size_t LauncherSet::Choose(MonotonicTime now) const {
  const Lane* best = nullptr;
  for (const Lane& lane : lanes_) {
    if (!lane.HasRoom() || lane.restart.NextStart() > now) continue;
    if (best == nullptr || lane.HasFewerThan(*best)) best = &lane;
  }
  return best == nullptr ? 0 : static_cast<size_t>(best - lanes_.data());
}

absl::Status LauncherSet::BrokenOne(size_t launcher, MonotonicTime now) const {
  const absl::Status broken = lanes_[launcher].restart.Broken(now);
  if (broken.ok() || !several()) return broken;
  return absl::Status(broken.code(),
                      absl::StrCat("launcher '", lanes_[launcher].name,
                                   "' is left alone: ", broken.message()));
}

void LauncherSet::Restart() {
  for (Lane& lane : lanes_) lane.restart.OnProved();
}

absl::Status LauncherSet::Broken(MonotonicTime now) const {
  std::vector<std::string> texts;
  for (size_t i = 0; i < lanes_.size(); ++i) {
    const absl::Status broken = BrokenOne(i, now);
    if (broken.ok() || !several()) return broken;
    texts.emplace_back(broken.message());
  }
  return absl::UnavailableError(
      absl::StrCat("none of the ", lanes_.size(),
                   " launchers can be used: ", absl::StrJoin(texts, "; ")));
}

std::vector<PoolLauncherInfo> LauncherSet::Describe(MonotonicTime now) const {
  std::vector<PoolLauncherInfo> infos;
  for (const Lane& lane : lanes_) {
    PoolLauncherInfo info;
    info.name = lane.name;
    info.serving = static_cast<size_t>(lane.serving);
    info.failures_in_row = lane.restart.failures_in_row();
    info.broken = lane.restart.Broken(now);
    infos.push_back(std::move(info));
  }
  return infos;
}

}  // namespace forkrpc
