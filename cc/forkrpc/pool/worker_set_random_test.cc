// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A set of workers against a simple model, by random facts, and how often it
// starts processes with options of any kind.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
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

const absl::Status kCrash = absl::UnavailableError("it fell over");

// The model of a worker: what was decided and told, nothing clever.
struct ModelWorker {
  WorkerState state = WorkerState::kServing;
  WorkerLoad load;
  size_t launcher = 0;
  MonotonicTime started;
  MonotonicTime retired;
  MonotonicTime hung_since;  // or since its last answer while it was hung
  MonotonicTime idle_since;
  bool told_to_end = false;  // drained without calls, or killed
};

// Workers that are told facts at random, in virtual time.
class RandomPool {
 public:
  RandomPool(const PoolOptions& options, uint32_t seed)
      : options_(options), set_(options_, 1), random_(seed) {}

  // One random fact, and all that is decided for it.
  void Step() {
    TellSomething();
    Pull();
    Compare();
    if (Roll(3)) return;
    // Time passes: a little, to when something is due, or just before.
    const MonotonicTime next = set_.NextTime();
    if (Roll(2) && next < now_ + absl::Hours(2)) {
      now_ = next - (Roll(3) ? absl::Nanoseconds(1) : absl::ZeroDuration());
    } else {
      now_ += absl::Milliseconds(Pick(3000));
    }
    Pull();
    Compare();
  }

  const std::map<uint64_t, ModelWorker>& workers() const { return workers_; }

 private:
  int Pick(int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random_);
  }
  bool Roll(int one_in) { return Pick(one_in) == 0; }

  void TellSomething() {
    const int what = Pick(10);
    if (what == 0) {
      waiting_ = Roll(2);
      set_.SetWaiting(waiting_);
    }
    if (what == 1 && Roll(20)) set_.RetireAll(now_);
    if (what == 2 && Roll(200)) {
      draining_ = true;
      set_.StartDraining();
    }
    if (what == 3 && draining_ && Roll(10) && !gave_up_) {
      gave_up_ = true;
      set_.GiveUp(kCrash);
    }
    if (workers_.empty()) return;
    auto worker = workers_.begin();
    std::advance(worker, Pick(static_cast<int>(workers_.size())));
    const uint64_t number = worker->first;
    ModelWorker& model = worker->second;
    if (what == 4 && Roll(10)) {
      EXPECT_TRUE(set_.Retire(number, now_).ok());
    } else if (what == 5 && Roll(10)) {
      set_.Kill(number, kCrash, now_);
    } else if (what == 6 && Roll(5)) {
      set_.OnFailure(number, kCrash, now_);
      model.state = WorkerState::kDying;
    } else if (what == 7 && (model.told_to_end || Roll(20) ||
                             model.state == WorkerState::kDying)) {
      set_.OnGone(number, now_);
      workers_.erase(worker);
    } else if (what == 8 && Roll(5)) {
      set_.OnMemory(number, static_cast<size_t>(Pick(200)), now_);
    } else {
      ChangeLoad(number, &model);
    }
  }

  void ChangeLoad(uint64_t number, ModelWorker* model) {
    WorkerLoad& load = model->load;
    const bool was_hung = load.hung();
    const int what = Pick(3);
    if (what == 0 && model->state == WorkerState::kServing && !was_hung) {
      ++load.in_flight;
      ++load.awaited;
      ++load.assigned;
    } else if (what == 1 && load.in_flight > 0) {
      --load.in_flight;
      load.awaited = std::min(load.awaited, load.in_flight);
      ++load.answered;
      model->hung_since = now_;
      if (load.idle()) model->idle_since = now_;
    } else if (what == 2 && load.awaited > 0) {
      --load.awaited;
    } else {
      return;
    }
    if (load.hung() && !was_hung) model->hung_since = now_;
    set_.OnLoad(number, load, now_);
  }

  void Pull() {
    for (int i = 0; i < 1000; ++i) {
      const std::optional<WorkerDecision> next = set_.Next(now_);
      if (!next.has_value()) return;
      if (next->kind == WorkerDecision::kTellLoop) {
        for (const PoolLauncherInfo& info : set_.launchers().Describe(now_)) {
          EXPECT_FALSE(info.broken.ok()) << info.name;
        }
        continue;
      }
      if (next->kind == WorkerDecision::kTellLauncher) {
        EXPECT_TRUE(set_.launchers().several());
        EXPECT_FALSE(
            set_.launchers().Describe(now_)[next->launcher].broken.ok());
        continue;
      }
      if (next->kind == WorkerDecision::kStart) {
        EXPECT_EQ(workers_.count(next->worker), 0u);
        EXPECT_TRUE(waiting_ || !draining_);
        EXPECT_FALSE(gave_up_);
        EXPECT_TRUE(set_.launchers().Describe(now_)[next->launcher].broken.ok())
            << "one that is left alone was started";
        // The last of three is never there.
        if (Roll(10) || next->launcher == 2) {
          set_.OnStartFailed(kCrash, now_);
          continue;
        }
        ModelWorker& model = workers_[next->worker];
        model.started = model.idle_since = now_;
        model.launcher = next->launcher;
        set_.OnStarted(next->worker, now_);
        continue;
      }
      // It may have gone since that was decided.
      const auto found = workers_.find(next->worker);
      if (found == workers_.end()) continue;
      ModelWorker& model = found->second;
      if (next->kind == WorkerDecision::kDrain) {
        if (model.state == WorkerState::kServing) {
          model.state = WorkerState::kRetiring;
          // The pool's own drain has no such limit.
          model.retired =
              draining_ && !waiting_ ? MonotonicTime::InfiniteFuture() : now_;
        }
        model.told_to_end |= next->grace != absl::InfiniteDuration();
      } else if (next->kind == WorkerDecision::kKill) {
        EXPECT_FALSE(next->why.ok());
        model.state = WorkerState::kDying;
        model.told_to_end = true;
      }
    }
    ADD_FAILURE() << "it decides for ever at the same moment";
  }

  // What a set that has nothing to do at this moment must be like.
  void Compare() {
    PoolStats model;
    MonotonicTime longest_idle = MonotonicTime::InfiniteFuture();
    for (const auto& [number, worker] : workers_) {
      const bool serving = worker.state == WorkerState::kServing;
      const bool dying = worker.state == WorkerState::kDying;
      ++model.processes;
      model.serving += serving;
      model.dying += dying;
      model.retiring += !serving && !dying;
      model.hung += worker.load.hung() && !dying;
      if (serving && worker.load.idle()) {
        ++model.idle;
        longest_idle = std::min(longest_idle, worker.idle_since);
      }
      EXPECT_EQ(set_.state(number), worker.state);
      if (dying) continue;
      if (serving) {
        EXPECT_LT(now_ - worker.started, options_.recycle.max_age);
        EXPECT_LT(worker.load.assigned, options_.recycle.max_calls);
      } else if (worker.load.idle()) {
        EXPECT_TRUE(worker.told_to_end);
      } else {
        EXPECT_LT(now_ - worker.retired, options_.retire_grace);
      }
      if (worker.load.hung()) {
        EXPECT_LT(now_ - worker.hung_since, options_.hung_grace);
      }
    }
    PoolStats stats;
    set_.AddTo(&stats);
    EXPECT_EQ(stats.processes, model.processes);
    EXPECT_EQ(stats.serving, model.serving);
    EXPECT_EQ(stats.retiring, model.retiring);
    EXPECT_EQ(stats.dying, model.dying);
    EXPECT_EQ(stats.idle, model.idle);
    EXPECT_EQ(stats.hung, model.hung);
    CompareLaunchers();
    EXPECT_LE(model.serving, static_cast<size_t>(options_.max));
    EXPECT_LE(model.processes, EffectiveMaxProcesses(options_));
    EXPECT_GT(set_.NextTime(), now_) << "the loop would spin";
    const size_t kept = static_cast<size_t>(options_.idle);
    if (draining_ && !waiting_) {
      EXPECT_EQ(model.serving, 0u);
    } else if (!draining_ && model.idle > kept) {
      EXPECT_GT(longest_idle + options_.stop, now_);
    }
    if (gave_up_) {
      EXPECT_EQ(model.dying, model.processes);
    }
    // What is wanted and may be comes at some time without any other fact.
    const bool wanted = waiting_ || (!draining_ && model.idle < kept);
    if (wanted && !gave_up_ && model.processes == 0) {
      EXPECT_LT(set_.NextTime(), MonotonicTime::InfiniteFuture())
          << "no worker is ever started again";
    }
  }

  void CompareLaunchers() {
    std::map<size_t, size_t> serving;
    for (const auto& [number, worker] : workers_) {
      EXPECT_EQ(set_.launcher(number), worker.launcher);
      serving[worker.launcher] += worker.state == WorkerState::kServing;
    }
    const std::vector<PoolLauncherInfo> infos = set_.launchers().Describe(now_);
    for (size_t i = 0; i < infos.size(); ++i) {
      EXPECT_EQ(infos[i].serving, serving[i]);
      if (options_.launchers.empty() || options_.launchers[i].max == 0) {
        continue;
      }
      EXPECT_LE(serving[i], static_cast<size_t>(options_.launchers[i].max));
    }
  }

  const PoolOptions options_;
  WorkerSet set_;
  std::minstd_rand random_;
  MonotonicTime now_ = MonotonicTime() + absl::Hours(1);
  bool waiting_ = false;
  bool draining_ = false;
  bool gave_up_ = false;
  std::map<uint64_t, ModelWorker> workers_;
};

PoolOptions SomeOptions(uint32_t seed) {
  std::minstd_rand random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  PoolOptions options;
  options.program.argv = {"worker"};
  options.max = pick(1, 4);
  options.max_processes =
      pick(0, 1) == 0 ? 0 : pick(options.max, 2 * options.max);
  options.idle = pick(0, options.max);
  options.start = absl::Milliseconds(pick(0, 2) * 100);
  options.stop = absl::Seconds(pick(0, 20));
  options.hung_grace = absl::Seconds(pick(0, 30));
  options.retire_grace = absl::Seconds(pick(0, 30));
  if (pick(0, 1) == 0) options.recycle.max_calls = pick(1, 5);
  if (pick(0, 1) == 0) options.recycle.max_age = absl::Seconds(pick(1, 60));
  if (pick(0, 1) == 0) options.recycle.max_resident_octets = 100;
  options.restart.max_failures = pick(1, 5);
  for (int i = pick(0, 3); i > 0; --i) {
    PoolLauncher launcher;
    launcher.program.argv = {"launcher"};
    launcher.max = pick(0, 2);
    launcher.weight = pick(1, 3);
    options.launchers.push_back(launcher);
  }
  if (!options.launchers.empty()) options.program = SpawnOptions();
  return options;
}

TEST(WorkerSetRandomTest, KeepsItsInvariants) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const PoolOptions options = SomeOptions(seed);
    ASSERT_TRUE(CheckPoolOptions(options).ok());
    RandomPool pool(options, seed);
    for (int step = 0; step < 1000; ++step) {
      pool.Step();
      if (HasFailure()) {
        FAIL() << "in step " << step;
      }
    }
  }
}

}  // namespace
}  // namespace forkrpc
