// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/testing/ends_runs.h"

namespace forkrpc {
namespace {

// What is the same for both clients.
template <typename Client>
class ClientRun {
 protected:
  ClientRun(const EndsCase& one, EndsStage* stage) : case_(one), stage_(stage) {
    stage_->OnNothingLeft([this] {
      // Nothing ends what the client waits for: that is what is wrong.
      ++record_.hangs;
      stage_->EndAll();
    });
    auto client = Client::Spawn(stage->Program(), {});
    if (client.ok()) client_ = *std::move(client);
  }

  absl::Duration now() { return stage_->Now(); }

  // From now on the child does what the case says.
  void StartTheChild() {
    stage_->Start(client_->process()->pid());
    const std::vector<absl::Duration> times = TimesOf(case_.actions);
    for (size_t i = 0; i < times.size(); ++i) {
      if (!IsChilds(case_.actions[i])) continue;
      stage_->At(times[i],
                 [this, action = case_.actions[i]] { stage_->Act(action); });
    }
    stage_->At(times.back() + case_.patience, [this] { stage_->Exit(); });
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
    stage_->Finish(&record_);
    return std::move(record_);
  }

  const EndsCase case_;
  EndsRecord record_;
  EndsStage* const stage_;
  std::unique_ptr<Client> client_;

 private:
  int drains_ = 0;
  int terminates_ = 0;
};

class PipelinedRun : public ClientRun<PipelinedClient> {
 public:
  PipelinedRun(const EndsCase& one, EndsStage* stage) : ClientRun(one, stage) {}

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
  BlockingRun(const EndsCase& one, EndsStage* stage) : ClientRun(one, stage) {}

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

}  // namespace

EndsRecord RunPipelinedEnds(const EndsCase& one, EndsStage* stage) {
  return PipelinedRun(one, stage).Run();
}

EndsRecord RunBlockingEnds(const EndsCase& one, EndsStage* stage) {
  return BlockingRun(one, stage).Run();
}

}  // namespace forkrpc
