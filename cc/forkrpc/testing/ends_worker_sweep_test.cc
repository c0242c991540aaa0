// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How a Worker and its calls end, in all short sequences of what may happen.

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_model.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/ends_stage.h"
#include "forkrpc/testing/ends_sweep.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class WorkerRun {
 public:
  explicit WorkerRun(const EndsCase& one) : case_(one), stage_(one) {}

  EndsRecord Run() {
    loop_ = std::make_unique<LibuvLoop>();
    auto worker = Worker::Spawn(EndsStage::Program(), Options(), loop_.get());
    if (!worker.ok()) return std::move(record_);
    worker_ = *std::move(worker);
    worker_->Call("first", [this](absl::StatusOr<absl::string_view> response) {
      if (response.ok()) Start();
    });
    kernel()->OnHang([this] { loop_->Post([this] { loop_->Stop(); }); });
    loop_->Run();
    stage_.Finish(&record_);
    // Otherwise this loop cannot be left.
    if (record_.destroyed.empty()) {
      (void)loop_.release();
      (void)worker_.release();
    }
    return std::move(record_);
  }

 private:
  VirtualKernel* kernel() { return stage_.kernel(); }
  absl::Duration now() { return kernel()->elapsed(); }

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
    CallOptions with_timeout;
    with_timeout.deadline = MonotonicNow() + kTimeout;
    calls_[0] = worker_->Call("A", with_timeout, Ended(0));
    calls_[1] = worker_->Call("B", Ended(1));
    const std::vector<absl::Duration> times = TimesOf(case_.actions);
    for (size_t i = 0; i < times.size(); ++i) {
      At(times[i], [this, action = case_.actions[i]] { Act(action); });
    }
    At(times.back() + kPatience, [this] {
      if (worker_ != nullptr) worker_->SetPaused(false);
      stage_.ExitAll();
    });
    At(times.back() + kPatience + absl::Seconds(1),
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
    kernel()->At(time, [this, function] { loop_->Post(function); });
  }

  void Act(EndsAction action) {
    if (IsChilds(action)) return stage_.Act(action);
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
  EndsStage stage_;
  std::unique_ptr<LibuvLoop> loop_;
  std::unique_ptr<Worker> worker_;
  CallId calls_[kEndsCalls] = {0, 0};
  int drains_ = 0;
  int terminates_ = 0;
};

EndsRecord RunCase(const EndsCase& one) {
  const int before = CountDescriptors();
  EndsRecord record = WorkerRun(one).Run();
  record.descriptors_left = CountDescriptors() - before;
  return record;
}

const EndsSweep& TheSweep() {
  static const auto* const sweep = new EndsSweep{
      "Worker",
      {EndsAction::kStreamOver, EndsAction::kExit, EndsAction::kKill,
       EndsAction::kGrandchild, EndsAction::kPause, EndsAction::kResume,
       EndsAction::kDrain, EndsAction::kTerminate, EndsAction::kCancel,
       EndsAction::kDeadline, EndsAction::kDestroy},
      [](const EndsCase& one) {
        return one.child == EndsChild::kStubborn
                   ? Has(one, EndsAction::kTerminate)
                   : Has(one, EndsAction::kDrain) ||
                         Has(one, EndsAction::kDestroy);
      },
      RunCase,
      [](const EndsCase& one) {
        return ExpectLoopEnds(one, LoopEndsRules::kWorker);
      }};
  return *sweep;
}

class WorkerEndsTest : public testing::TestWithParam<EndsAction> {};

TEST_P(WorkerEndsTest, EachCallEndsOnceInTimeAndNamesTheCause) {
  // What a process' first loop opens stays open.
  RunCase(EndsCase{{EndsAction::kExit}});
  EXPECT_EQ(SweepEnds(GetParam(), TheSweep()), "");
}

INSTANTIATE_TEST_SUITE_P(First, WorkerEndsTest,
                         testing::ValuesIn(TheSweep().alphabet));

}  // namespace
}  // namespace forkrpc
