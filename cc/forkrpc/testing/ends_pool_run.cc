// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/worker_pool.h"
#include "forkrpc/testing/ends_runs.h"

namespace forkrpc {
namespace {

class PoolRun {
 public:
  PoolRun(const EndsCase& one, EndsStage* stage) : case_(one), stage_(stage) {}

  EndsRecord Run() {
    loop_ = std::make_unique<LibuvLoop>();
    auto pool = WorkerPool::Create(Options(), loop_.get());
    if (!pool.ok()) return std::move(record_);
    pool_ = *std::move(pool);
    pool_->Call("first", [this](absl::StatusOr<absl::string_view> response) {
      if (response.ok()) Start();
    });
    stage_->OnNothingLeft([this] { loop_->Post([this] { loop_->Stop(); }); });
    loop_->Run();
    stage_->Finish(&record_);
    // Otherwise this loop cannot be left.
    if (record_.destroyed.empty()) {
      (void)loop_.release();
      (void)pool_.release();
    }
    return std::move(record_);
  }

 private:
  absl::Duration now() { return stage_->Now(); }

  // One worker that has both calls.
  PoolOptions Options() {
    PoolOptions options;
    options.program = stage_->Program();
    options.max = 1;
    options.load = kEndsCalls;
    // An idle worker stays, whatever happens to it.
    options.stop = absl::Hours(1);
    options.exit_grace = kExitGrace;
    options.kill_grace = kPoolKillGrace;
    options.on_error = [this](const PoolError& error) {
      Told();
      record_.errors.push_back({now(), error.status});
    };
    options.on_destroy = [this] { record_.destroyed.push_back(now()); };
    return options;
  }

  void Told() {
    if (!record_.destroyed.empty()) ++record_.told_when_gone;
  }

  void Start() {
    stage_->Start(pool_->workers().front().id.pid);
    PoolCallOptions with_timeout;
    with_timeout.deadline = MonotonicNow() + kTimeout;
    calls_[0] = pool_->Call("A", with_timeout, Ended(0));
    calls_[1] = pool_->Call("B", Ended(1));
    const std::vector<absl::Duration> times = TimesOf(case_.actions);
    for (size_t i = 0; i < times.size(); ++i) {
      At(times[i], [this, action = case_.actions[i]] { Act(action); });
    }
    At(times.back() + case_.patience, [this] { stage_->Exit(); });
    At(times.back() + case_.patience + absl::Seconds(1),
       [this] { pool_ = nullptr; });
  }

  CallCallback Ended(int call) {
    return [this, call](absl::StatusOr<absl::string_view> response) {
      Told();
      record_.calls[call].push_back({now(), response.status()});
    };
  }

  // What the child does comes between two turns of the loop, what the user does
  // from the loop.
  template <typename Function>
  void At(absl::Duration time, Function function) {
    stage_->At(time, [this, function] { loop_->Post(function); });
  }

  void Act(EndsAction action) {
    if (IsChilds(action)) return stage_->Act(action);
    if (pool_ == nullptr) return;
    switch (action) {
      case EndsAction::kDrain:
        return Drain(DrainGrace(drains_++));
      case EndsAction::kTerminate:
        return Drain(absl::ZeroDuration());
      case EndsAction::kCancel: {
        const bool open = record_.calls[1].empty();
        const bool done = pool_->Cancel(calls_[1]).ok();
        if (open != done) ++record_.wrong_cancels;
        return;
      }
      case EndsAction::kDestroy:
        pool_ = nullptr;
        return;
      default:
        return;
    }
  }

  void Drain(absl::Duration grace) {
    ++record_.drains;
    if (!record_.destroyed.empty()) ++record_.drains_when_gone;
    pool_->Drain(grace, [this](absl::Status status) {
      if (!record_.destroyed.empty()) ++record_.drained_when_gone;
      record_.drained.push_back({now(), std::move(status)});
    });
  }

  const EndsCase case_;
  EndsRecord record_;
  EndsStage* const stage_;
  std::unique_ptr<LibuvLoop> loop_;
  std::unique_ptr<WorkerPool> pool_;
  PoolCallId calls_[kEndsCalls] = {0, 0};
  int drains_ = 0;
};

}  // namespace

EndsRecord RunPoolEnds(const EndsCase& one, EndsStage* stage) {
  return PoolRun(one, stage).Run();
}

}  // namespace forkrpc
