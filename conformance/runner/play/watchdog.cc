// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/watchdog.h"

#include <algorithm>

namespace forkrpc::conformance {
namespace {

// Who uses or waits for a processor for this part of the time works or starves.
constexpr int kWorkingPart = 4;
// Who uses less than this part of it sleeps.
constexpr int kMovingPart = 100;

enum class Doing { kSleeping, kWorking, kStarving, kUnseen };

Doing WhatItDid(const Activity& before, const Activity& now,
                absl::Duration between) {
  const absl::Duration used = now.processor_time - before.processor_time;
  if (now.source != before.source) return Doing::kUnseen;
  if (now.source == Activity::kNone) return Doing::kUnseen;
  if (used >= between / kWorkingPart) return Doing::kWorking;
  const absl::Duration waited = now.waited_time - before.waited_time;
  // Without /proc nothing tells who waits for a processor from who sleeps.
  if (now.source != Activity::kGroup) return Doing::kUnseen;
  const bool starves = now.runnable || waited >= between / kWorkingPart;
  if (starves) return Doing::kStarving;
  return used >= between / kMovingPart ? Doing::kWorking : Doing::kSleeping;
}

}  // namespace

void Watchdog::Begin() {
  silence_ = absl::ZeroDuration();
  worked_ = absl::ZeroDuration();
  waited_ = absl::ZeroDuration();
  sample_.reset();
}

Watchdog::Bark Watchdog::Look(absl::Duration look, bool moved,
                              absl::FunctionRef<Activity()> activity) {
  total_ += look;
  if (moved) {
    Begin();
  } else {
    silence_ += look;
    sampled_ago_ += look;
  }
  if (!sample_.has_value() && silence_ > limit_ / 2) {
    sample_ = activity();
    sampled_ago_ = absl::ZeroDuration();
  }
  if (silence_ > limit_) {
    const Bark bark = JudgeSilence(activity);
    if (bark != Bark::kNone) return bark;
  }
  return total_ - excused_ > kLimitsInAll * limit_ ? Bark::kTooLong
                                                   : Bark::kNone;
}

bool Watchdog::Excuse(absl::Duration waited) {
  // Of a group, several may have waited at a time.
  waited = std::min(waited, silence_);
  waited_ += waited;
  excused_ = std::min(excused_ + waited, kLimitsInAll * limit_);
  worked_ += silence_ - waited;
  silence_ = absl::ZeroDuration();
  return worked_ > kBusyLimits * limit_;
}

Watchdog::Bark Watchdog::JudgeSilence(absl::FunctionRef<Activity()> activity) {
  const Activity now = activity();
  switch (WhatItDid(*sample_, now, sampled_ago_)) {
    case Doing::kSleeping:
      return Bark::kSilent;
    case Doing::kWorking:
      if (Excuse(now.waited_time - sample_->waited_time)) {
        return Bark::kWorksInVain;
      }
      break;
    case Doing::kUnseen:
      if (Excuse(absl::ZeroDuration())) return Bark::kSilent;
      break;
    case Doing::kStarving:
      Excuse(silence_);
      break;
  }
  sample_ = now;
  sampled_ago_ = absl::ZeroDuration();
  return Bark::kNone;
}

}  // namespace forkrpc::conformance
