// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/testing/ends_runs.h"

namespace forkrpc {
namespace {

class WorkerRun {
 public:
  WorkerRun(const EndsCase& one, EndsStage* stage)
      : case_(one), stage_(stage) {}

  EndsRecord Run() {
    loop_ = std::make_unique<LibuvLoop>();
    auto worker = Worker::Spawn(stage_->Program(), Options(), loop_.get());
    if (!worker.ok()) return std::move(record_);
    worker_ = *std::move(worker);
    worker_->Call("first", [this](absl::StatusOr<absl::string_view> response) {
      if (response.ok()) Start();
    });
    stage_->OnNothingLeft([this] { loop_->Post([this] { loop_->Stop(); }); });
    loop_->Run();
    stage_->Finish(&record_);
    // Otherwise this loop cannot be left.
    if (record_.destroyed.empty()) {
      (void)loop_.release();
      (void)worker_.release();
    }
    return std::move(record_);
  }

 private:
  absl::Duration now() { return stage_->Now(); }

  WorkerOptions Options() {
    WorkerOptions options;
    options.exit_grace = kExitGrace;
    options.on_error = [this](const WorkerError& error) {
      Told();
      if (error.scope == WorkerError::kCall) ++record_.call_errors;
      if (error.scope == WorkerError::kWorker) {
        record_.errors.push_back({now(), error.status});
      }
    };
    options.on_destroy = [this] { record_.destroyed.push_back(now()); };
    return options;
  }

  void Told() {
    if (!record_.destroyed.empty()) ++record_.told_when_gone;
  }

  void Start() {
    stage_->Start(worker_->pid());
    CallOptions with_timeout;
    with_timeout.deadline = MonotonicNow() + kTimeout;
    calls_[0] = worker_->Call("A", with_timeout, Ended(0));
    calls_[1] = worker_->Call("B", Ended(1));
    const std::vector<absl::Duration> times = TimesOf(case_.actions);
    for (size_t i = 0; i < times.size(); ++i) {
      At(times[i], [this, action = case_.actions[i]] { Act(action); });
    }
    At(times.back() + case_.patience, [this] {
      if (worker_ != nullptr) worker_->SetPaused(false);
      stage_->Exit();
    });
    At(times.back() + case_.patience + absl::Seconds(1),
       [this] { worker_ = nullptr; });
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
    if (worker_ == nullptr) return;
    switch (action) {
      case EndsAction::kPause:
        return worker_->SetPaused(true);
      case EndsAction::kResume:
        return worker_->SetPaused(false);
      case EndsAction::kDrain:
        return Drain();
      case EndsAction::kTerminate:
        return worker_->Terminate(TerminateGrace(terminates_++));
      case EndsAction::kCancel: {
        const bool open = record_.calls[1].empty();
        const bool done = worker_->Cancel(calls_[1]).ok();
        if (open != done) ++record_.wrong_cancels;
        return;
      }
      case EndsAction::kDestroy:
        worker_ = nullptr;
        return;
      default:
        return;
    }
  }

  void Drain() {
    ++record_.drains;
    if (!record_.destroyed.empty()) ++record_.drains_when_gone;
    worker_->Drain(DrainGrace(drains_++), [this](absl::Status status) {
      if (!record_.destroyed.empty()) ++record_.drained_when_gone;
      record_.drained.push_back({now(), std::move(status)});
    });
  }

  const EndsCase case_;
  EndsRecord record_;
  EndsStage* const stage_;
  std::unique_ptr<LibuvLoop> loop_;
  std::unique_ptr<Worker> worker_;
  CallId calls_[kEndsCalls] = {0, 0};
  int drains_ = 0;
  int terminates_ = 0;
};

}  // namespace

EndsRecord RunWorkerEnds(const EndsCase& one, EndsStage* stage) {
  return WorkerRun(one, stage).Run();
}

}  // namespace forkrpc
