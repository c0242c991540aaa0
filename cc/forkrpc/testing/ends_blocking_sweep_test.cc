// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How the clients without a loop and their calls end, in all short sequences of
// what may happen. ends_blocking_model.h says what the user does.

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/testing/ends_blocking_model.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/ends_stage.h"
#include "forkrpc/testing/ends_sweep.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// What is the same for both clients.
template <typename Client>
class ClientRun {
 protected:
  explicit ClientRun(const EndsCase& one) : case_(one), stage_(one) {
    stage_.kernel()->OnHang([this] {
      // Nothing ends what the client waits for: that is what is wrong.
      ++record_.hangs;
      stage_.EndAll();
    });
    auto client = Client::Spawn(EndsStage::Program(), {});
    if (client.ok()) client_ = *std::move(client);
  }

  absl::Duration now() { return stage_.kernel()->elapsed(); }

  // From now on the child does what the case says.
  void StartTheChild() {
    const std::vector<absl::Duration> times = TimesOf(case_.actions);
    for (size_t i = 0; i < times.size(); ++i) {
      if (!IsChilds(case_.actions[i])) continue;
      stage_.kernel()->At(
          times[i], [this, action = case_.actions[i]] { stage_.Act(action); });
    }
    stage_.kernel()->At(times.back() + kPatience, [this] { stage_.ExitAll(); });
  }

  void Act(EndsAction action) {
    if (action == EndsAction::kDrain) {
      ++record_.drains;
      record_.drained.push_back({now(), client_->Close(DrainGrace(drains_++))});
    } else if (action == EndsAction::kTerminate) {
      client_->process()
          ->Terminate(TerminateGrace(terminates_++))
          .status()
          .IgnoreError();
    } else if (action == EndsAction::kDestroy) {
      Destroy();
    }
  }

  void Destroy() {
    client_ = nullptr;
    record_.destroyed.push_back(now());
  }

  void Ended(int call, absl::Status status) {
    record_.calls[call].push_back({now(), std::move(status)});
  }

  EndsRecord Finish() {
    if (client_ != nullptr) Destroy();
    stage_.Finish(&record_);
    return std::move(record_);
  }

  const EndsCase case_;
  EndsRecord record_;
  EndsStage stage_;
  std::unique_ptr<Client> client_;

 private:
  int drains_ = 0;
  int terminates_ = 0;
};

class PipelinedRun : public ClientRun<PipelinedClient> {
 public:
  explicit PipelinedRun(const EndsCase& one) : ClientRun(one) {}

  EndsRecord Run() {
    if (client_ == nullptr) return Finish();
    const CallId first = client_->Start("first").value_or(0);
    if (!client_->Wait(first).ok()) return Finish();
    calls_[0] = client_->Start("A", kTimeout).value_or(0);
    calls_[1] = client_->Start("B").value_or(0);
    StartTheChild();
    const std::vector<absl::Duration> times = TimesOf(case_.actions);
    for (size_t i = 0; i < times.size() && client_ != nullptr; ++i) {
      if (IsChilds(case_.actions[i])) continue;
      WaitUntil(times[i]);
      if (case_.actions[i] == EndsAction::kCancel) {
        client_->Cancel(calls_[1]).IgnoreError();
      } else {
        Act(case_.actions[i]);
      }
    }
    while (client_ != nullptr && client_->open_calls() > 0) {
      WaitFor(absl::InfiniteDuration());
    }
    return Finish();
  }

 private:
  void WaitUntil(absl::Duration time) {
    while (client_->open_calls() > 0 && now() < time) WaitFor(time - now());
    if (now() < time) absl::SleepFor(time - now());
  }

  void WaitFor(absl::Duration timeout) {
    const Completion completion = client_->WaitAny(timeout);
    for (int call : {0, 1}) {
      if (completion.call == calls_[call]) {
        Ended(call, completion.response.status());
      }
    }
  }

  CallId calls_[kEndsCalls] = {0, 0};
};

class BlockingRun : public ClientRun<BlockingClient> {
 public:
  explicit BlockingRun(const EndsCase& one) : ClientRun(one) {}

  EndsRecord Run() {
    if (client_ == nullptr || !client_->Call("first").ok()) return Finish();
    StartTheChild();
    Ended(0, client_->Call("A", kTimeout).status());
    const std::vector<absl::Duration> times = TimesOf(case_.actions);
    for (size_t i = 0; i < times.size() && client_ != nullptr; ++i) {
      if (IsChilds(case_.actions[i])) continue;
      if (now() < times[i]) absl::SleepFor(times[i] - now());
      Act(case_.actions[i]);
    }
    if (client_ != nullptr) Ended(1, client_->Call("B").status());
    return Finish();
  }
};

template <typename Run>
EndsRecord RunCase(const EndsCase& one) {
  const int before = CountDescriptors();
  EndsRecord record = Run(one).Run();
  record.descriptors_left = CountDescriptors() - before;
  return record;
}

bool Matters(const EndsCase& one) {
  return one.child == EndsChild::kStubborn
             ? Has(one, EndsAction::kTerminate)
             : Has(one, EndsAction::kDrain) || Has(one, EndsAction::kDestroy);
}

const EndsSweep& Pipelined() {
  static const auto* const sweep = new EndsSweep{
      "PipelinedClient",
      {EndsAction::kStreamOver, EndsAction::kExit, EndsAction::kKill,
       EndsAction::kGrandchild, EndsAction::kDrain, EndsAction::kTerminate,
       EndsAction::kCancel, EndsAction::kDeadline, EndsAction::kDestroy},
      Matters,
      RunCase<PipelinedRun>,
      ExpectPipelinedEnds};
  return *sweep;
}

const EndsSweep& Blocking() {
  static const auto* const sweep = new EndsSweep{
      "BlockingClient",
      {EndsAction::kStreamOver, EndsAction::kExit, EndsAction::kKill,
       EndsAction::kGrandchild, EndsAction::kDrain, EndsAction::kTerminate,
       EndsAction::kDeadline, EndsAction::kDestroy},
      Matters,
      RunCase<BlockingRun>,
      ExpectBlockingEnds};
  return *sweep;
}

class PipelinedEndsTest : public testing::TestWithParam<EndsAction> {};

TEST_P(PipelinedEndsTest, EachCallEndsOnceInTimeAndNamesTheCause) {
  EXPECT_EQ(SweepEnds(GetParam(), Pipelined()), "");
}

INSTANTIATE_TEST_SUITE_P(First, PipelinedEndsTest,
                         testing::ValuesIn(Pipelined().alphabet));

class BlockingEndsTest : public testing::TestWithParam<EndsAction> {};

TEST_P(BlockingEndsTest, EachCallEndsOnceInTimeAndNamesTheCause) {
  EXPECT_EQ(SweepEnds(GetParam(), Blocking()), "");
}

INSTANTIATE_TEST_SUITE_P(First, BlockingEndsTest,
                         testing::ValuesIn(Blocking().alphabet));

}  // namespace
}  // namespace forkrpc
