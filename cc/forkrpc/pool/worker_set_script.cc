// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/worker_set_script.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A set that goes on deciding for the same moment would spin.
constexpr int kMaxDecisions = 1000;

}  // namespace

std::string WorkerSetScript::Do(absl::string_view step) {
  std::vector<std::string> decisions;
  absl::Duration duration;
  if (absl::ParseDuration(step, &duration)) {
    Pass(duration, &decisions);
  } else {
    Tell(absl::StrSplit(step, ' '));
    Pull(&decisions);
  }
  return absl::StrJoin(decisions, ", ");
}

void WorkerSetScript::Pass(absl::Duration duration,
                           std::vector<std::string>* decisions) {
  const MonotonicTime end = now_ + duration;
  while (set_.NextTime() <= end) {
    EXPECT_GT(set_.NextTime(), now_) << "what was due has not been done";
    now_ = std::max(now_, set_.NextTime());
    Pull(decisions);
    if (testing::Test::HasFailure()) return;
  }
  now_ = end;
  Pull(decisions);
}

void WorkerSetScript::Tell(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  std::vector<uint64_t> n(6, 0);
  for (size_t i = 1; i < words.size(); ++i) {
    (void)absl::SimpleAtoi(words[i], &n[i]);
  }
  const absl::Status crash = absl::UnavailableError("it fell over");
  if (verb == "wait" || verb == "served") {
    set_.SetWaiting(verb == "wait");
  } else if (verb == "load") {
    WorkerLoad load;
    load.in_flight = n[2];
    load.awaited = n[3];
    load.assigned = n[4];
    load.answered = n[5];
    set_.OnLoad(n[1], load, now_);
  } else if (verb == "fail") {
    set_.OnFailure(n[1], crash, now_);
  } else if (verb == "gone") {
    set_.OnGone(n[1], now_);
  } else if (verb == "retire" && words[1] == "all") {
    set_.RetireAll(now_);
  } else if (verb == "retire") {
    EXPECT_TRUE(set_.Retire(n[1], now_).ok());
  } else if (verb == "kill") {
    set_.Kill(n[1], absl::UnavailableError("somebody wants it"), now_);
  } else if (verb == "memory") {
    set_.OnMemory(n[1], n[2], now_);
  } else if (verb == "restart") {
    set_.Restart();
  } else if (verb == "drain") {
    set_.StartDraining();
  } else if (verb == "miss" || verb == "mend") {
    missing_ = verb == "miss" ? words[1] : "no launcher";
  } else if (verb == "give") {
    set_.GiveUp(absl::DeadlineExceededError("the grace is over"));
  } else {
    EXPECT_EQ(verb, "no") << "no such step";
    can_start_ = false;
  }
}

void WorkerSetScript::Pull(std::vector<std::string>* decisions) {
  for (int i = 0; i < kMaxDecisions; ++i) {
    const std::optional<WorkerDecision> next = set_.Next(now_);
    if (!next.has_value()) return;
    const std::string grace = absl::FormatDuration(next->grace);
    switch (next->kind) {
      case WorkerDecision::kStart:
        decisions->push_back(absl::StrCat("start ", next->worker));
        if (set_.launchers().several()) {
          absl::StrAppend(&decisions->back(), " by ",
                          set_.launchers().name(next->launcher));
        }
        if (can_start_ && missing_ != set_.launchers().name(next->launcher)) {
          set_.OnStarted(next->worker, now_);
        } else {
          decisions->back() += " fails";
          set_.OnStartFailed(absl::NotFoundError("no such program"), now_);
        }
        break;
      case WorkerDecision::kMeasure:
        decisions->push_back(absl::StrCat("measure ", next->worker));
        break;
      case WorkerDecision::kDrain:
        decisions->push_back(absl::StrCat("drain ", next->worker, " ", grace));
        break;
      case WorkerDecision::kKill:
        decisions->push_back(absl::StrCat("kill ", next->worker, " ", grace,
                                          next->tell ? "!" : ""));
        why_ = next->why;
        break;
      case WorkerDecision::kTellLauncher:
        decisions->push_back(
            absl::StrCat("loop of ", set_.launchers().name(next->launcher)));
        why_ = next->why;
        break;
      case WorkerDecision::kTellLoop:
        decisions->push_back("loop");
        why_ = next->why;
        break;
    }
  }
  ADD_FAILURE() << "it decides for ever at the same moment";
}

PoolStats WorkerSetScript::stats() const {
  PoolStats stats;
  set_.AddTo(&stats);
  return stats;
}

void PlayScene(const Scene& scene, PoolOptions options) {
  scene.options(&options);
  WorkerSetScript script(options);
  for (const SceneStep& step : scene.steps) {
    EXPECT_EQ(script.Do(step.fact), step.decisions) << "after " << step.fact;
  }
}

}  // namespace forkrpc
