// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Watchdog: tells a testee that hangs from one that works, or that waits for a
// processor.
//
// It barks when nothing has moved for its limit and the testee sleeps. One that
// uses the processor is given kBusyLimits times as long, as is one of which the
// system does not show what it does; what it waits for a processor that other
// programs have is not counted. In all, nobody
// gets more than kLimitsInAll times the limit, and once more as much of waiting
// for processors. Time is what the caller watched. One thread; allocates
// nothing.
//
//   watchdog.Begin();
//   const Watchdog::Bark bark = watchdog.Look(
//       stopwatch.Look(), moved, [&] { return GroupActivity(pid); });
//   if (bark != Watchdog::Bark::kNone) return Hang(bark);

#ifndef CONFORMANCE_RUNNER_PLAY_WATCHDOG_H_
#define CONFORMANCE_RUNNER_PLAY_WATCHDOG_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "conformance/runner/testee/activity.h"

namespace forkrpc::conformance {

// Invariants:
// 1. silence_ is the time since something moved, was excused, or Begin().
// 2. worked_ is what silence was excused before, since something moved, because
//    the testee used the processor, or may have wanted to; waited_ what it was
//    because others had the processors.
class Watchdog {
 public:
  enum class Bark {
    kNone,
    kSilent,       // nothing moves, and the testee sleeps
    kWorksInVain,  // nothing moves, though it has worked for long
    kTooLong,      // something moves, but there is no end to it
  };

  static constexpr int kBusyLimits = 5;
  static constexpr int kLimitsInAll = 20;

  explicit Watchdog(absl::Duration limit) : limit_(limit) {}

  // Something else is waited for.
  void Begin();
  // After a look that lasted `look`. `activity` is asked seldom: reading it may
  // take long.
  Bark Look(absl::Duration look, bool moved,
            absl::FunctionRef<Activity()> activity);

  // How long nothing has moved, what was excused included.
  absl::Duration silence() const { return silence_ + worked_ + waited_; }
  absl::Duration limit() const { return limit_; }

 private:
  // Excuses the silence, of which `waited` was spent waiting for a processor;
  // whether the rest is more than it may be excused.
  bool Excuse(absl::Duration waited);
  Bark JudgeSilence(absl::FunctionRef<Activity()> activity);

  const absl::Duration limit_;
  absl::Duration total_;
  absl::Duration excused_;  // of total_: others had the processors
  absl::Duration silence_;
  absl::Duration worked_;
  absl::Duration waited_;
  // What the testee was doing `sampled_ago_` before, to compare with.
  std::optional<Activity> sample_;
  absl::Duration sampled_ago_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_WATCHDOG_H_
