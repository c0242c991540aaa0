// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/verdict/shared_processes.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/cases/own_process.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kLogOctets = 1 << 14;

}  // namespace

bool SharedProcesses::MayShare(const CaseRun& run, const Testee& testee,
                               const RunSettings& settings) {
  if (which_ == Which::kNone || !testee.ServesMany() ||
      settings.debugger != nullptr) {
    return false;
  }
  const Case& c = *run.conformance_case;
  if (LooksAtProcess(c)) return false;
  if (which_ == Which::kByCase && NeedsOwnProcess(c)) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  return classes_[{testee.path(), c.role(), run.form}].differences.size() <
         kMostDifferences;
}

std::unique_ptr<LivingTestee> SharedProcesses::Take(const Key& key,
                                                    const Testee& testee) {
  while (true) {
    std::unique_ptr<LivingTestee> living;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      auto& idle = classes_[key].idle;
      if (idle.empty()) break;
      living = std::move(idle.back());
      idle.pop_back();
    }
    const std::string amiss = living->AmissBetween();
    if (amiss.empty()) return living;
    Note(key, {living->run(), living->sessions()}, amiss, PASS,
         VERDICT_UNSPECIFIED, "");
  }
  absl::StatusOr<std::unique_ptr<LivingTestee>> fresh =
      LivingTestee::Start(testee, std::get<1>(key), std::get<2>(key));
  if (!fresh.ok()) {
    NotShared(key, std::string(fresh.status().message()));
    return nullptr;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  ++classes_[key].processes;
  return *std::move(fresh);
}

void SharedProcesses::Note(const Key& key, const Seen& seen, std::string reason,
                           Verdict shared, Verdict own,
                           const std::string& log) {
  SharedDifference difference;
  difference.set_run(seen.run);
  difference.set_session(static_cast<uint32_t>(seen.session));
  difference.set_shared(shared);
  difference.set_reason(std::move(reason));
  difference.set_own(own);
  difference.set_log(Excerpt(Legible(log), kLogOctets));
  const std::lock_guard<std::mutex> lock(mutex_);
  Class& of = classes_[key];
  of.differences.push_back(std::move(difference));
  if (of.differences.size() == kMostDifferences) {
    of.not_shared = absl::StrCat("after ", kMostDifferences,
                                 " differences every run has a process of its "
                                 "own");
  }
}

void SharedProcesses::NotShared(const Key& key, const std::string& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string& known = classes_[key].not_shared;
  if (known.empty()) known = why;
}

void SharedProcesses::GiveBack(const Key& key,
                               std::unique_ptr<LivingTestee> living,
                               const RunSettings& settings) {
  if (living->sessions() < kMostSessions) {
    const std::lock_guard<std::mutex> lock(mutex_);
    classes_[key].idle.push_back(std::move(living));
    return;
  }
  const std::string amiss = living->Retire(settings);
  if (amiss.empty()) return;
  Note(key, {living->run(), living->sessions()}, amiss, PASS,
       VERDICT_UNSPECIFIED, "");
}

RunOutcome SharedProcesses::Run(const CaseRun& run, const Testee& testee,
                                const SpecText& spec,
                                const RunSettings& settings) {
  if (!MayShare(run, testee, settings)) {
    return RunCase(run, testee, spec, settings);
  }
  RunOutcome outcome;
  if (IsSettled(run, testee, spec, settings, &outcome)) return outcome;
  const Key key = {testee.path(), run.conformance_case->role(), run.form};
  std::unique_ptr<LivingTestee> living = Take(key, testee);
  if (living == nullptr) return RunCase(run, testee, spec, settings);
  const absl::Status taken = living->Offer(run, settings);
  const Seen seen = {living->run(), living->sessions()};
  std::optional<TesteeProcess> alive;
  if (taken.ok()) {
    outcome = RunAmongMany(run, testee, spec, settings, living->Lend(), &alive);
    outcome.result.set_session(static_cast<uint32_t>(living->sessions()));
  } else if (absl::IsFailedPrecondition(taken)) {
    outcome.result.set_verdict(HANG);
    outcome.result.set_reason(std::string(taken.message()));
  } else {
    if (!absl::IsCancelled(taken)) {
      NotShared(key, std::string(taken.message()));
    }
    return RunCase(run, testee, spec, settings);
  }
  std::string amiss;
  if (alive.has_value()) {
    amiss = living->TakeBack(*std::move(alive));
    if (amiss.empty()) GiveBack(key, std::move(living), settings);
  }
  // A breach that only the oracle saw is looked at in a process of its own,
  // too.
  if (outcome.result.verdict() == PASS && amiss.empty() &&
      outcome.result.oracle().empty()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++classes_[key].runs;
    return outcome;
  }
  if (settings.interrupted != nullptr && *settings.interrupted) return outcome;
  RunOutcome own = RunCase(run, testee, spec, settings);
  if (!amiss.empty() || own.result.verdict() != outcome.result.verdict()) {
    Note(key, seen, amiss.empty() ? outcome.result.reason() : amiss,
         outcome.result.verdict(), own.result.verdict(), outcome.log);
  }
  return own;
}

void SharedProcesses::Retire(const RunSettings& settings) {
  std::vector<std::pair<Key, std::unique_ptr<LivingTestee>>> all;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [key, of] : classes_) {
      for (auto& living : of.idle) all.emplace_back(key, std::move(living));
      of.idle.clear();
    }
  }
  for (auto& [key, living] : all) {
    const std::string amiss = living->Retire(settings);
    if (amiss.empty()) continue;
    Note(key, {living->run(), living->sessions()}, amiss, PASS,
         VERDICT_UNSPECIFIED, "");
  }
}

void SharedProcesses::Report(const Testee& testee, ClassResult* result) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found =
      classes_.find({testee.path(), result->role(), result->form()});
  if (found == classes_.end()) return;
  const Class& of = found->second;
  for (const SharedDifference& each : of.differences) {
    *result->add_differences() = each;
  }
  result->set_shared_runs(static_cast<uint32_t>(of.runs));
  result->set_shared_processes(static_cast<uint32_t>(of.processes));
  result->set_not_shared(of.not_shared);
}

}  // namespace forkrpc::conformance
