// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SharedProcesses: runs that are sessions of processes which serve many.
//
// A run that is not passed so has a process of its own besides, whose verdict
// counts; so has each run that needs one, and each of a testee that serves but
// one session. That what a testee did depends on what it served before is a
// difference: it is noted, whatever the verdict. A process serves a limited
// number of sessions, and a class in which differences abound shares no more.
// Any thread; several at once. Destruction ends all processes.
//
//   SharedProcesses shared(SharedProcesses::Which::kByCase);
//   RunOutcome outcome = shared.Run(run, testee, spec, settings);
//   shared.Retire(settings);
//   shared.Report(testee, &class_result);

#ifndef CONFORMANCE_RUNNER_VERDICT_SHARED_PROCESSES_H_
#define CONFORMANCE_RUNNER_VERDICT_SHARED_PROCESSES_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/runner/verdict/case_runner.h"
#include "conformance/runner/verdict/living_testee.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// Invariant: a living testee is in `idle` of its class, or in the hands of one
// thread.
class SharedProcesses {
 public:
  enum class Which {
    kNone,       // every run has a process of its own
    kByCase,     // those of cases that do not need a process of their own
    kAllTheyCan  // also of those about an end: what is found is tried again
  };
  // A process serves so many sessions, and a class so many differences are
  // enough to know it by.
  static constexpr int kMostSessions = 200;
  static constexpr int kMostDifferences = 5;

  explicit SharedProcesses(Which which) : which_(which) {}

  RunOutcome Run(const CaseRun& run, const Testee& testee, const SpecText& spec,
                 const RunSettings& settings);

  // Ends the processes as their testees are to be ended.
  void Retire(const RunSettings& settings);

  // Writes down what was shared, and what differed.
  void Report(const Testee& testee, ClassResult* result) const;

 private:
  using Key = std::tuple<std::string, Role, Form>;
  // The last run of a process, and how many it has served then.
  struct Seen {
    std::string run;
    int session;
  };
  struct Class {
    std::vector<std::unique_ptr<LivingTestee>> idle;
    std::vector<SharedDifference> differences;
    int runs = 0;
    int processes = 0;
    std::string not_shared;  // why not all could be
  };

  bool MayShare(const CaseRun& run, const Testee& testee,
                const RunSettings& settings);
  // An idle process, or a new one; null, and why stands in the class, if there
  // is none.
  std::unique_ptr<LivingTestee> Take(const Key& key, const Testee& testee);
  void Note(const Key& key, const Seen& seen, std::string reason,
            Verdict shared, Verdict own, const std::string& log);
  void NotShared(const Key& key, const std::string& why);
  void GiveBack(const Key& key, std::unique_ptr<LivingTestee> living,
                const RunSettings& settings);

  const Which which_;
  mutable std::mutex mutex_;
  std::map<Key, Class> classes_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_VERDICT_SHARED_PROCESSES_H_
