// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/verdict/suite.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/parallel.h"
#include "conformance/runner/verdict/case_runner.h"
#include "conformance/runner/verdict/shared_processes.h"

namespace forkrpc::conformance {
namespace {

// Lines of a dead program's standard error that are shown.
constexpr size_t kLastWords = 3;

struct Job {
  CaseRun run;
  const Testee* testee;
  absl::Duration watchdog;
  RunResult* result;
  const ClassResult* of;
};

// The least that anything must do to be judged at all: one call for a child,
// one event for a parent, which cannot be without a running program.
Case FirstCallCase(Role role) {
  Case first;
  first.set_id("start-up");
  first.set_role(role);
  if (role == CHILD) {
    Request* const request =
        first.add_steps()->mutable_send()->add_item()->mutable_request();
    request->set_tag("first");
    request->add_payload()->set_octets("Estart-up");
    Response* const response = first.add_steps()
                                   ->mutable_expect_frames()
                                   ->add_item()
                                   ->mutable_response();
    response->set_to("first");
    response->add_payload()->set_octets("start-up");
  } else {
    first.add_steps()->mutable_expect_silence();
  }
  return first;
}

// The end of what the program wrote on standard error, on one line.
std::string LastWords(const RunResult& result) {
  std::vector<std::string> lines =
      absl::StrSplit(result.errors(), '\n', absl::SkipWhitespace());
  if (lines.empty()) {
    return "it wrote nothing to standard error; run its argv by hand to see "
           "why";
  }
  if (lines.size() > kLastWords)
    lines.erase(lines.begin(), lines.end() - kLastWords);
  return absl::StrCat("its standard error ends: ", absl::StrJoin(lines, " | "));
}

// Fills in the class's state, start-up and watchdog.
void Calibrate(const SuiteOptions& options, const Testee& testee,
               const SpecText& spec, ClassResult* result) {
  const Case first = FirstCallCase(result->role());
  const CaseRun run = {&first, result->form(), SOCKETPAIR, WHOLE};
  const RunOutcome outcome = RunCase(
      run, testee, spec,
      {options.start_limit, options.seed, false, options.interrupted, nullptr});
  const absl::Duration start_up = outcome.watched;
  const RunResult& got = outcome.result;
  result->set_state(ClassResult::RAN);
  if (outcome.watched == absl::ZeroDuration() && got.verdict() == HARNESS) {
    result->set_state(ClassResult::ENDED_AT_ONCE);
    result->set_note(
        absl::StrCat("the program cannot be started: ", got.reason()));
  } else if (!outcome.spoke && got.verdict() != PASS &&
             got.verdict() != NOT_LOOKED_AT) {
    const bool ended = outcome.ended_early;
    result->set_state(ended ? ClassResult::ENDED_AT_ONCE
                            : ClassResult::NO_ANSWER);
    result->set_note(
        ended ? absl::StrCat("the program ended at once (", got.exit(), "); ",
                             LastWords(got))
              : absl::StrCat("the program gave no answer to the first call "
                             "within ",
                             absl::FormatDuration(options.start_limit), "; ",
                             LastWords(got)));
  }
  const absl::Duration watchdog = options.watchdog.value_or(
      std::max(kShortestWatchdog, kStartUpsToWait * start_up));
  result->set_start_up_seconds(absl::ToDoubleSeconds(start_up));
  result->set_watchdog_seconds(absl::ToDoubleSeconds(watchdog));
}

void PrepareClass(const SuiteOptions& options, const Testee& testee,
                  const std::vector<CaseRun>& runs, const SpecText& spec,
                  ClassResult* result, std::vector<Job>* jobs) {
  if (!testee.Offers(result->role(), result->form())) {
    result->set_state(ClassResult::NOT_OFFERED);
    result->set_note("the manifest has no argv for it");
    return;
  }
  if (!testee.not_installed().empty()) {
    result->set_state(ClassResult::NOT_INSTALLED);
    result->set_note(absl::StrCat("not installed: ", testee.not_installed()));
    return;
  }
  std::vector<CaseRun> chosen;
  for (const CaseRun& run : runs) {
    if (run.conformance_case->role() == result->role() &&
        run.form == result->form()) {
      chosen.push_back(run);
    }
  }
  if (chosen.empty()) {
    result->set_state(ClassResult::NOT_OFFERED);
    result->set_note("the filter leaves no run");
    return;
  }
  absl::Duration watchdog = absl::InfiniteDuration();
  if (options.debugger != nullptr) {
    result->set_state(ClassResult::RAN);
  } else {
    Calibrate(options, testee, spec, result);
    watchdog = absl::Seconds(result->watchdog_seconds());
  }
  if (result->state() != ClassResult::RAN) return;
  for (const CaseRun& run : chosen) {
    jobs->push_back({run, &testee, watchdog, result->add_runs(), result});
  }
}

// Adds the run to the counts. A run that is not supported stays in the totals:
// the denominator does not depend on what a testee says about itself.
void Count(const RunResult& run, Counts* counts) {
  const bool passed = run.verdict() == PASS;
  if (run.level() == MUST) {
    counts->set_must_total(counts->must_total() + 1);
    counts->set_must_passed(counts->must_passed() + (passed ? 1 : 0));
  } else {
    counts->set_should_total(counts->should_total() + 1);
    counts->set_should_passed(counts->should_passed() + (passed ? 1 : 0));
  }
  switch (run.verdict()) {
    case PASS:
      return counts->set_pass(counts->pass() + 1);
    case FAIL:
      return counts->set_fail(counts->fail() + 1);
    case CRASH:
      return counts->set_crash(counts->crash() + 1);
    case HANG:
      return counts->set_hang(counts->hang() + 1);
    case UNSUPPORTED:
      return counts->set_unsupported(counts->unsupported() + 1);
    case NOT_LOOKED_AT:
      return counts->set_not_looked_at(counts->not_looked_at() + 1);
    default:
      return counts->set_harness(counts->harness() + 1);
  }
}

// Stops a class in which run after run hangs. Which runs are tried does not
// depend on how many go on at a time: the first row of hangs counts in the
// order of the jobs, and what stands behind it is not looked at, even if it
// ran.
class HangWatch {
 public:
  // `most` hangs in a row stop a class; 0 stops none.
  HangWatch(int most, const std::vector<Job>& jobs)
      : most_(most), hung_(jobs.size()), ended_(jobs.size()), jobs_(jobs) {}

  bool Stopped(const Job& job, size_t number) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto stop = stops_.find(job.of);
    return stop != stops_.end() && number > stop->second;
  }

  void Ended(const Job& job, size_t number) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_[number] = true;
    hung_[number] = job.result->verdict() == HANG;
    FindStop(job.of);
  }

  void MarkUntried(std::vector<Job>* jobs) const {
    for (size_t i = 0; i < jobs->size(); ++i) {
      Job& job = (*jobs)[i];
      if (!Stopped(job, i)) continue;
      *job.result = BlankResult(job.run);
      job.result->set_verdict(NOT_LOOKED_AT);
      job.result->set_reason(
          absl::StrCat("not tried: ", most_,
                       " runs in a row before it hung (--most_hangs)"));
    }
  }

 private:
  // The first whole row of ended runs of the class that all hung.
  void FindStop(const ClassResult* of) {
    int row = 0;
    for (size_t i = 0; i < jobs_.size() && most_ > 0; ++i) {
      if (jobs_[i].of != of) continue;
      row = ended_[i] && hung_[i] ? row + 1 : 0;
      if (row < most_) continue;
      const auto [stop, fresh] = stops_.emplace(of, i);
      if (!fresh) stop->second = std::min(stop->second, i);
      return;
    }
  }

  const int most_;
  mutable std::mutex mutex_;
  std::vector<bool> hung_;
  std::vector<bool> ended_;
  std::map<const ClassResult*, size_t> stops_;  // class -> last run tried
  const std::vector<Job>& jobs_;
};

void CountRuns(Report* report) {
  for (TesteeResult& testee : *report->mutable_testees()) {
    for (ClassResult& each : *testee.mutable_classes()) {
      for (const RunResult& run : each.runs()) {
        Count(run, each.mutable_counts());
      }
    }
  }
}

void RunJobs(const SuiteOptions& options, const SpecText& spec,
             SharedProcesses* shared, std::vector<Job>* jobs) {
  std::mutex mutex;
  int done = 0;
  int failures = 0;
  HangWatch hangs(options.most_hangs, *jobs);
  InParallel(options.jobs, jobs->size(), [&](size_t i) {
    const Job& job = (*jobs)[i];
    if (hangs.Stopped(job, i)) {
      const std::lock_guard<std::mutex> lock(mutex);
      ++done;
      return;
    }
    RunOutcome outcome =
        shared->Run(job.run, *job.testee, spec,
                    {job.watchdog, options.seed, options.keep_records,
                     options.interrupted, options.debugger});
    const std::lock_guard<std::mutex> lock(mutex);
    if (options.interrupted != nullptr && *options.interrupted) {
      // It may have been judged before; one that was cut off was not.
      *job.result = std::move(outcome.result);
      return;
    }
    if (options.on_outcome) {
      outcome.result.set_log(options.on_outcome(*job.testee, outcome));
    }
    const Verdict verdict = outcome.result.verdict();
    const bool is_no_failure =
        verdict == PASS || verdict == UNSUPPORTED || verdict == NOT_LOOKED_AT;
    failures += is_no_failure ? 0 : 1;
    *job.result = std::move(outcome.result);
    hangs.Ended(job, i);
    ++done;
    if (options.on_progress) {
      options.on_progress({job.testee->manifest().name(), job.run, done,
                           static_cast<int>(jobs->size()), failures});
    }
  });
  hangs.MarkUntried(jobs);
  RunSettings settings;
  settings.watchdog = options.start_limit;
  settings.interrupted = options.interrupted;
  shared->Retire(settings);
}

}  // namespace

Report RunSuite(const SuiteOptions& options, const std::vector<Testee>& testees,
                const CaseSet& cases, const SpecText& spec) {
  std::vector<CaseRun> runs;
  for (const CaseRun& run : cases.Runs()) {
    if (Chooses(options.filter, run) && Selects(options.selection, run, spec)) {
      runs.push_back(run);
    }
  }
  Report report;
  report.set_suite_version(kSuiteVersion);
  report.set_cases(static_cast<uint32_t>(cases.cases().size()));
  std::vector<Job> jobs;
  for (const Testee& testee : testees) {
    TesteeResult* const result = report.add_testees();
    result->set_name(testee.manifest().name());
    result->set_version(testee.manifest().version());
    result->set_language(testee.manifest().language());
    result->set_manifest(testee.path());
    for (const Role role : {CHILD, PARENT}) {
      for (const Form form : {SYNC, ASYNC}) {
        ClassResult* const each = result->add_classes();
        each->set_role(role);
        each->set_form(form);
        PrepareClass(options, testee, runs, spec, each, &jobs);
      }
    }
  }
  SharedProcesses shared(options.fresh ? SharedProcesses::Which::kNone
                                       : SharedProcesses::Which::kByCase);
  RunJobs(options, spec, &shared, &jobs);
  for (size_t i = 0; i < testees.size(); ++i) {
    TesteeResult* const result = report.mutable_testees(static_cast<int>(i));
    for (ClassResult& each : *result->mutable_classes()) {
      shared.Report(testees[i], &each);
    }
  }
  CountRuns(&report);
  return report;
}

int ExitCode(const Report& report, bool strict) {
  bool dead = false;
  bool harness = false;
  bool diverges = false;
  bool judged = false;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      dead |= each.state() == ClassResult::ENDED_AT_ONCE ||
              each.state() == ClassResult::NO_ANSWER;
      for (const RunResult& run : each.runs()) {
        harness |= run.verdict() == HARNESS;
        // A testee that says what it does not do has been asked.
        judged |= run.verdict() != NOT_LOOKED_AT;
        if (run.verdict() == PASS || !run.expected().empty()) continue;
        diverges |=
            strict || (run.level() == MUST && run.verdict() != UNSUPPORTED &&
                       run.verdict() != NOT_LOOKED_AT);
      }
    }
  }
  if (harness) return kHarness;
  if (dead) return kNeverStarted;
  if (diverges) return kDiverges;
  return judged ? kConformant : kNothingTested;
}

}  // namespace forkrpc::conformance
