// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/simulation_judge.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace forkrpc {
namespace {

std::vector<SimulationEntry> Arrived(const SimulationResult& result) {
  std::vector<SimulationEntry> arrived;
  for (const SimulationEntry& entry : result.log) {
    if (entry.kind == SimulationEntry::kResponse ||
        entry.kind == SimulationEntry::kEvent) {
      arrived.push_back(entry);
    }
  }
  return arrived;
}

bool HasDelay(const FaultPlan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const Fault& fault) {
    return fault.action == FaultAction::kDelay;
  });
}

absl::Status Differs(const SimulationResult& good,
                     const SimulationResult& result) {
  const size_t common = std::min(good.log.size(), result.log.size());
  size_t at = 0;
  while (at < common && good.log[at] == result.log[at]) ++at;
  const auto entry = [at](const SimulationResult& of) {
    return at < of.log.size() ? ToString(of.log[at]) : "nothing";
  };
  return absl::InternalError(
      absl::StrCat("entry ", at, " is: ", entry(result),
                   "; without the faults: ", entry(good)));
}

absl::Status Judge(const Scenario& scenario, const SimulationResult& good,
                   const FaultPlan& plan) {
  const SimulationResult result = Simulate(scenario, plan);
  if (!result.violation.ok()) return result.violation;
  // With a limit on calls in flight, a delay also decides which are refused.
  const bool timed = scenario.abandons() || result.calls != good.calls;
  if (IsBenign(plan)) {
    if (HasDelay(plan)) {
      // Order and the reason for an end may change with time.
      if (timed || result.responses == good.responses) return absl::OkStatus();
      return absl::InternalError(absl::StrCat(
          result.responses, " responses, without the faults ", good.responses));
    }
    return good.log == result.log ? absl::OkStatus() : Differs(good, result);
  }
  if (HasDelay(plan) || scenario.holds()) return absl::OkStatus();
  const std::vector<SimulationEntry> all = Arrived(good);
  const std::vector<SimulationEntry> some = Arrived(result);
  auto in_all = all.begin();
  for (const SimulationEntry& entry : some) {
    in_all = std::find(in_all, all.end(), entry);
    if (in_all == all.end()) {
      return absl::InternalError(absl::StrCat(
          "arrived, but not there without the fault: ", ToString(entry)));
    }
    ++in_all;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPlan(const Scenario& scenario, const SimulationResult& good,
                       const FaultPlan& plan) {
  const absl::Status judged = Judge(scenario, good, plan);
  if (judged.ok()) return judged;
  return absl::InternalError(
      absl::StrCat(judged.message(), "\n  plan: ", ToString(plan)));
}

absl::Status CheckAndShrink(const Scenario& scenario,
                            const SimulationResult& good,
                            const FaultPlan& plan) {
  const absl::Status status = CheckPlan(scenario, good, plan);
  if (status.ok()) return status;
  const FaultPlan shrunk = ShrinkPlan(plan, [&](const FaultPlan& part) {
    return !Judge(scenario, good, part).ok();
  });
  return CheckPlan(scenario, good, shrunk);
}

}  // namespace forkrpc
