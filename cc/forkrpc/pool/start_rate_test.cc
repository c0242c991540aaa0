// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// However odd the options and the workers: how often processes are started is
// bounded by RestartPolicy, and how many there are by max_processes.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/pool/check_pool_options.h"
#include "forkrpc/pool/worker_set.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// What every worker of a run does.
enum class Conduct {
  kAnswers,         // at once
  kHangs,           // its calls time out, and it ends only by SIGKILL
  kCrashesAtStart,  // a millisecond after it
  kCrashesOnCall,
  kEndsAtOnce,  // with status 0
  kMissing,     // it cannot be started
  kLingers,     // answers at once, and takes seconds to end
};
constexpr Conduct kConducts[] = {
    Conduct::kAnswers,       Conduct::kHangs,      Conduct::kCrashesAtStart,
    Conduct::kCrashesOnCall, Conduct::kEndsAtOnce, Conduct::kMissing,
    Conduct::kLingers};

struct Outcome {
  uint64_t starts = 0;  // attempts
  uint64_t useful = 0;  // workers that have answered a call
  size_t most = 0;      // processes at once
};

// A pool of such workers in virtual time, with as many calls as it can take.
class PoolRun {
 public:
  PoolRun(const PoolOptions& options, Conduct conduct, bool calls)
      : options_(options), set_(options_, 7), conduct_(conduct), calls_(calls) {
    set_.SetWaiting(calls);
  }

  Outcome For(absl::Duration duration) {
    const MonotonicTime end = now_ + duration;
    // At most a fact each millisecond, so that a run has an end.
    while (now_ < end) {
      Pull();
      Behave();
      MonotonicTime next = std::min(set_.NextTime(), end);
      for (const auto& [number, worker] : workers_) {
        next = std::min(next, worker.next);
      }
      now_ = std::max(next, now_ + absl::Milliseconds(1));
    }
    return outcome_;
  }

 private:
  struct Worker {
    MonotonicTime next;  // when it does something
    WorkerLoad load;
    bool ending = false;
  };

  void Pull() {
    for (int i = 0; i < 10000; ++i) {
      const std::optional<WorkerDecision> next = set_.Next(now_);
      if (!next.has_value()) return;
      CarryOut(*next);
    }
    ADD_FAILURE() << "it decides for ever at the same moment";
  }

  void CarryOut(const WorkerDecision& decision) {
    const uint64_t number = decision.worker;
    if (decision.kind == WorkerDecision::kStart) {
      ++outcome_.starts;
      if (conduct_ == Conduct::kMissing) {
        return set_.OnStartFailed(absl::NotFoundError("none"), now_);
      }
      set_.OnStarted(number, now_);
      workers_[number].next = now_ + absl::Milliseconds(1);
      outcome_.most = std::max(outcome_.most, workers_.size());
    } else if (decision.kind == WorkerDecision::kMeasure) {
      set_.OnMemory(number, size_t{10} << 20, now_);
    } else if (decision.kind != WorkerDecision::kTellLoop) {
      const auto found = workers_.find(number);
      if (found == workers_.end() || found->second.ending) return;
      const bool hangs = conduct_ == Conduct::kHangs &&
                         decision.kind == WorkerDecision::kDrain &&
                         decision.grace == absl::InfiniteDuration();
      if (hangs || found->second.load.in_flight > 0) {
        if (decision.kind == WorkerDecision::kDrain) return;
      }
      found->second.ending = true;
      const bool slow =
          conduct_ == Conduct::kHangs || conduct_ == Conduct::kLingers;
      found->second.next =
          now_ + (slow ? std::min(decision.grace, absl::Seconds(2))
                       : absl::Milliseconds(1));
    }
  }

  void Behave() {
    std::vector<uint64_t> due;
    for (const auto& [number, worker] : workers_) {
      if (worker.next <= now_) due.push_back(number);
    }
    for (const uint64_t number : due) BehaveOne(number);
  }

  void BehaveOne(uint64_t number) {
    Worker& worker = workers_.at(number);
    if (worker.ending) return Gone(number);
    worker.next = now_ + absl::Milliseconds(1);
    const absl::Status crash = absl::UnavailableError("it fell over");
    if (conduct_ == Conduct::kCrashesAtStart) {
      set_.OnFailure(number, crash, now_);
      return Gone(number);
    }
    if (conduct_ == Conduct::kEndsAtOnce) return Gone(number);
    if (worker.load.in_flight == 0) {
      if (!calls_ || set_.state(number) != WorkerState::kServing) return;
      ++worker.load.in_flight;
      ++worker.load.awaited;
      ++worker.load.assigned;
      return set_.OnLoad(number, worker.load, now_);
    }
    if (conduct_ == Conduct::kCrashesOnCall) {
      set_.OnFailure(number, crash, now_);
      return Gone(number);
    }
    if (conduct_ == Conduct::kHangs) {
      if (worker.load.awaited == 0) return;
      worker.load.awaited = 0;  // its deadline has come
      set_.OnLoad(number, worker.load, now_);
      if (options_.kill_on_deadline) set_.Kill(number, crash, now_);
      return;
    }
    outcome_.useful += worker.load.answered == 0;
    --worker.load.in_flight;
    --worker.load.awaited;
    ++worker.load.answered;
    set_.OnLoad(number, worker.load, now_);
  }

  void Gone(uint64_t number) {
    workers_.erase(number);
    set_.OnGone(number, now_);
  }

  const PoolOptions options_;
  WorkerSet set_;
  const Conduct conduct_;
  const bool calls_;
  MonotonicTime now_ = MonotonicTime() + absl::Hours(1);
  std::map<uint64_t, Worker> workers_;
  Outcome outcome_;
};

// Each of them is the least, the greatest or something that is often set.
PoolOptions ExtremeOptions(std::minstd_rand* random) {
  const auto pick = [&](auto... of) {
    const std::common_type_t<decltype(of)...> all[] = {of...};
    return all[std::uniform_int_distribution<size_t>(
        0, sizeof...(of) - 1)(*random)];
  };
  const absl::Duration zero = absl::ZeroDuration();
  const absl::Duration tiny = absl::Nanoseconds(1);
  const absl::Duration ms = absl::Milliseconds(1);
  const absl::Duration second = absl::Seconds(1);
  const absl::Duration ever = absl::InfiniteDuration();
  PoolOptions options;
  options.program.argv = {"worker"};
  options.max = pick(1, 2, 8);
  options.max_processes = pick(0, options.max, options.max + 1);
  options.idle = pick(0, 1, options.max);
  options.start = pick(zero, ms, ever);
  options.stop = pick(zero, ms, second, ever);
  options.exit_grace = pick(zero, second, ever);
  options.kill_grace = pick(zero, second, ever);
  options.hung_grace = pick(zero, ms, second, ever);
  options.retire_grace = pick(zero, ms, second, ever);
  options.kill_on_deadline = pick(false, true);
  const uint64_t calls = 1;
  options.recycle.max_calls =
      pick(calls, calls + 1, std::numeric_limits<uint64_t>::max());
  options.recycle.max_age = pick(tiny, ms, second, ever);
  const size_t octets = 1;
  options.recycle.max_resident_octets =
      pick(octets, std::numeric_limits<size_t>::max());
  options.recycle.memory_interval = pick(ms, second);
  options.restart.first_delay = pick(ms, ms * 100);
  options.restart.max_delay = pick(ms * 100, second * 10, ever);
  options.restart.max_failures = pick(1, 5, std::numeric_limits<int>::max());
  options.restart.window = pick(ms, second * 60, ever);
  options.restart.pause = pick(ms, second * 30, ever);
  return options;
}

TEST(StartRateTest, IsBoundedWhateverTheOptionsAre) {
  constexpr absl::Duration kTime = absl::Seconds(2);
  uint64_t starts = 0;
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::minstd_rand random(seed);
    const PoolOptions options = ExtremeOptions(&random);
    ASSERT_TRUE(CheckPoolOptions(options).ok()) << CheckPoolOptions(options);
    for (const Conduct conduct : kConducts) {
      SCOPED_TRACE(testing::Message()
                   << "conduct " << static_cast<int>(conduct));
      const Outcome outcome =
          PoolRun(options, conduct, seed % 2 == 0).For(kTime);
      // A worker that has answered a call was worth its start. Between others
      // there are at least half of the first delay or the pause.
      const double delays = kTime / std::min(options.restart.first_delay / 2,
                                             options.restart.pause);
      EXPECT_LE(static_cast<double>(outcome.starts - outcome.useful),
                (delays + 1) * EffectiveMaxProcesses(options));
      EXPECT_LE(outcome.most, EffectiveMaxProcesses(options));
      starts += outcome.starts;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(starts, 10000u) << "they must have done something";
}

// The configurations that were found to start processes without pause.
TEST(StartRateTest, OfKnownLoops) {
  PoolOptions options;
  options.program.argv = {"worker"};
  options.max = options.idle = 1;
  options.start = absl::ZeroDuration();
  options.recycle.max_age = absl::Nanoseconds(1);
  EXPECT_LE(
      PoolRun(options, Conduct::kAnswers, false).For(absl::Seconds(20)).starts,
      5u);
  options.recycle = {};
  options.recycle.max_resident_octets = 1;
  options.recycle.memory_interval = absl::Milliseconds(1);
  EXPECT_LE(
      PoolRun(options, Conduct::kAnswers, false).For(absl::Seconds(20)).starts,
      5u);
  options.recycle = {};
  options.kill_on_deadline = true;
  options.max = 2;
  EXPECT_LE(
      PoolRun(options, Conduct::kHangs, true).For(absl::Seconds(20)).starts,
      6u);
}

}  // namespace
}  // namespace forkrpc
