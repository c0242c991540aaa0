// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/mutants/mutant_bank.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/base/message_text.h"
#include "conformance/runner/base/parallel.h"
#include "conformance/runner/verdict/case_runner.h"
#include "conformance/runner/verdict/suite.h"

namespace forkrpc::conformance {
namespace {

constexpr char kVariable[] = "FORKRPC_MUTANT";
// What is right may be slow on a busy machine.
constexpr absl::Duration kPatience = absl::Seconds(30);

struct Job {
  MutantResult* result;
  std::vector<CaseRun> runs;  // of the class
  Testee testee;
};

bool About(const Killer& killer, Form form) {
  return killer.form() == FORM_UNSPECIFIED || killer.form() == form;
}

bool Contains(const std::vector<std::string>& all, const std::string& one) {
  return std::count(all.begin(), all.end(), one) > 0;
}

absl::Status CheckKiller(const Killer& killer, const Mutant& mutant,
                         const CaseSet& cases) {
  if (killer.verdict() != FAIL && killer.verdict() != CRASH &&
      killer.verdict() != HANG) {
    return absl::InvalidArgumentError(
        "a killer's verdict is FAIL, CRASH or HANG");
  }
  const auto& reqs = mutant.requirements();
  if (std::count(reqs.begin(), reqs.end(), killer.requirement()) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("is to die of ", killer.requirement(),
                     ", which is not among its requirements"));
  }
  for (const CaseRun& run : cases.Runs()) {
    const Case& c = *run.conformance_case;
    if (c.role() == mutant.role() && Chooses(killer.case_(), run) &&
        Contains(RequirementsOf(c), killer.requirement())) {
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("no case that matches ",
                                                 killer.case_(), " cites ",
                                                 killer.requirement()));
}

absl::Status CheckMutant(const Mutant& mutant, const Registry& registry,
                         const CaseSet& cases, const SpecText& spec) {
  if (mutant.forms().empty() || mutant.description().empty() ||
      mutant.operator_().empty() || mutant.role() == ROLE_UNSPECIFIED) {
    return absl::InvalidArgumentError(
        "a mutant needs a role, forms, an operator and a description");
  }
  if (mutant.id() != absl::StrCat(mutant.testee(), "/", Name(mutant.role()),
                                  "/", mutant.operator_())) {
    return absl::InvalidArgumentError("an id is TESTEE/ROLE/OPERATOR");
  }
  if (std::none_of(
          registry.testee().begin(), registry.testee().end(),
          [&](const auto& t) { return t.name() == mutant.testee(); })) {
    return absl::InvalidArgumentError("its testee is not listed");
  }
  for (const std::string& req : mutant.requirements()) {
    if (spec.Find(req) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("there is no ", req));
    }
  }
  const bool equivalent = !mutant.equivalent_because().empty();
  if (equivalent != mutant.killer().empty()) {
    return absl::InvalidArgumentError(
        "a mutant has either killers or a reason to survive");
  }
  for (const Killer& killer : mutant.killer()) {
    const absl::Status status = CheckKiller(killer, mutant, cases);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The run that stands for a case: on the first transport, in whole writes if it
// can be, of the smallest size.
std::vector<CaseRun> FirstRuns(const std::vector<CaseRun>& runs) {
  std::vector<CaseRun> first;
  std::string last;
  for (const CaseRun& run : runs) {
    if (run.conformance_case->id() != last) first.push_back(run);
    last = run.conformance_case->id();
  }
  return first;
}

// In the other cuts of the stream that are the same each time.
std::vector<CaseRun> OtherCuts(const std::vector<CaseRun>& runs) {
  std::vector<CaseRun> other;
  const Case* last = nullptr;
  Transport transport = TRANSPORT_UNSPECIFIED;
  for (const CaseRun& run : runs) {
    if (run.conformance_case->id() != (last ? last->id() : "")) {
      transport = run.transport;
      last = run.conformance_case;
      continue;
    }
    if (run.transport == transport &&
        (run.chunking == EVERY_OCTET || run.chunking == COALESCED)) {
      other.push_back(run);
    }
  }
  return other;
}

std::vector<CaseRun> RunsOf(const CaseSet& cases, Role role, Form form) {
  std::vector<CaseRun> runs;
  for (const CaseRun& run : cases.Runs()) {
    if (run.conformance_case->role() == role && run.form == form) {
      runs.push_back(run);
    }
  }
  return runs;
}

// Those that may be the expected killer: a glob that names a run means that
// one, one that names cases means the plain runs and the other cuts.
std::vector<CaseRun> KillerRuns(const Killer& killer,
                                const std::vector<CaseRun>& runs) {
  std::vector<CaseRun> chosen;
  std::vector<CaseRun> from = runs;
  if (!absl::StrContains(killer.case_(), ":")) {
    from = FirstRuns(runs);
    for (const CaseRun& run : OtherCuts(runs)) from.push_back(run);
  }
  for (const CaseRun& run : from) {
    if (Chooses(killer.case_(), run) &&
        Contains(RequirementsOf(*run.conformance_case), killer.requirement())) {
      chosen.push_back(run);
    }
  }
  return chosen;
}

class Examination {
 public:
  Examination(const SpecText& spec, const BankOptions& options, Job* job)
      : spec_(spec), options_(options), job_(*job), result_(*job->result) {}

  void Run() {
    const Mutant& mutant = *result_.mutant;
    bool as_expected = true;
    for (const Killer& killer : mutant.killer()) {
      if (!About(killer, result_.form)) continue;
      as_expected &= DiesBy(killer);
    }
    if (!options_.killers_only) RunAll(Related(FirstRuns(job_.runs)));
    if (!killed_ || options_.every_case) RunAll(FirstRuns(job_.runs));
    if (!killed_) RunAll(OtherCuts(job_.runs));
    LookForLife();
    Judge(as_expected);
  }

 private:
  bool DiesBy(const Killer& killer) {
    for (const CaseRun& run : KillerRuns(killer, job_.runs)) {
      if (Once(run).verdict() == killer.verdict()) return true;
    }
    absl::StrAppend(&result_.note, "no ", Verdict_Name(killer.verdict()),
                    " by ", killer.case_(), "; ");
    return false;
  }

  // Those about a clause that the mutant breaks: no other death would be put
  // down to anything.
  std::vector<CaseRun> Related(const std::vector<CaseRun>& runs) const {
    std::vector<CaseRun> related;
    for (const CaseRun& run : runs) {
      for (const std::string& req : RequirementsOf(*run.conformance_case)) {
        const auto& breaks = result_.mutant->requirements();
        if (std::count(breaks.begin(), breaks.end(), req) > 0) {
          related.push_back(run);
          break;
        }
      }
    }
    return related;
  }

  void RunAll(const std::vector<CaseRun>& runs) {
    for (const CaseRun& run : runs) {
      if (hangs_ >= kHangsToWaitFor) {
        result_.cut_short = true;
        return;
      }
      Once(run);
    }
  }

  // A program that ends at once breaks a lot, and proves nothing.
  void LookForLife() {
    // Short cases first: they need the least.
    std::vector<CaseRun> runs = FirstRuns(job_.runs);
    std::stable_sort(runs.begin(), runs.end(),
                     [](const CaseRun& a, const CaseRun& b) {
                       return a.conformance_case->steps_size() <
                              b.conformance_case->steps_size();
                     });
    for (const CaseRun& run : runs) {
      if (started_ || hangs_ > 2 * kHangsToWaitFor) return;
      Once(run);
    }
  }

  // The result of the run, which is made if it was not yet.
  const RunResult& Once(const CaseRun& run) {
    const std::string id = run.Id();
    const auto known =
        std::find_if(result_.runs.begin(), result_.runs.end(),
                     [&](const RunResult& each) { return each.id() == id; });
    if (known != result_.runs.end()) return *known;
    RunSettings settings;
    settings.watchdog = options_.watchdog;
    settings.interrupted = options_.interrupted;
    RunOutcome outcome = RunCase(run, job_.testee, spec_, settings);
    const Verdict verdict = outcome.result.verdict();
    started_ |= outcome.spoke || verdict == PASS;
    killed_ |= Killed(outcome.result);
    hangs_ += verdict == HANG ? 1 : 0;
    harness_ |= verdict == HARNESS;
    result_.runs.push_back(std::move(outcome.result));
    return result_.runs.back();
  }

  void Judge(bool as_expected) {
    const bool interrupted =
        options_.interrupted != nullptr && *options_.interrupted;
    if (harness_ || interrupted) {
      result_.state = MutantResult::BROKEN;
      for (const RunResult& run : result_.runs) {
        if (run.verdict() == HARNESS) {
          result_.note = absl::StrCat(run.id(), ": ", run.reason());
        }
      }
    } else if (!started_) {
      result_.state = MutantResult::NOT_STARTED;
      result_.note = "it never sent an octet; run the program by hand; ";
    } else if (!killed_) {
      result_.state = MutantResult::SURVIVED;
    } else {
      result_.state = as_expected && result_.mutant->killer_size() > 0
                          ? MutantResult::KILLED
                          : MutantResult::WRONG_DEATH;
      if (result_.mutant->killer().empty()) {
        result_.note = "it is not equivalent; ";
      }
    }
  }

  const SpecText& spec_;
  const BankOptions& options_;
  Job& job_;
  MutantResult& result_;
  int hangs_ = 0;
  bool started_ = false;
  bool killed_ = false;
  bool harness_ = false;
};

// InParallel that tells options.on_progress of each call that has returned.
void Work(const BankOptions& options, size_t count,
          absl::FunctionRef<void(size_t)> work) {
  std::mutex mutex;
  int done = 0;
  InParallel(options.jobs, count, [&](size_t i) {
    work(i);
    const std::lock_guard<std::mutex> lock(mutex);
    ++done;
    if (options.on_progress) {
      options.on_progress(done, static_cast<int>(count));
    }
  });
}

}  // namespace

absl::StatusOr<std::map<std::string, Testee>> LoadMutatedTestees(
    const Registry& registry, const std::string& path, const SpecText& spec) {
  std::map<std::string, Testee> testees;
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path();
  for (const MutatedTestee& each : registry.testee()) {
    absl::StatusOr<Testee> testee =
        Testee::Load((folder / each.manifest()).string(), spec);
    if (!testee.ok()) return testee.status();
    const absl::Status status = testee->CheckInstalled();
    if (!status.ok()) return status;
    if (!testee->not_installed().empty()) {
      return absl::NotFoundError(
          absl::StrCat(each.manifest(), ": ", testee->not_installed()));
    }
    testees.emplace(each.name(), *std::move(testee));
  }
  return testees;
}

std::vector<std::string> RequirementsOf(const Case& conformance_case) {
  std::vector<std::string> reqs(conformance_case.reqs().begin(),
                                conformance_case.reqs().end());
  for (const Step& step : conformance_case.steps()) {
    if (!step.req().empty() && !Contains(reqs, step.req())) {
      reqs.push_back(step.req());
    }
  }
  return reqs;
}

bool Killed(const RunResult& run) {
  return run.verdict() == FAIL || run.verdict() == CRASH ||
         run.verdict() == HANG;
}

std::vector<std::string> PutDownTo(const Mutant& mutant, const RunResult& run,
                                   const CaseSet& cases) {
  std::vector<std::string> reqs;
  const Case* const found = cases.Find(run.case_id());
  if (found == nullptr || !Killed(run)) return reqs;
  const std::vector<std::string> about = RequirementsOf(*found);
  for (const std::string& req : mutant.requirements()) {
    if (Contains(about, req)) reqs.push_back(req);
  }
  return reqs;
}

absl::StatusOr<Registry> LoadRegistry(const std::string& path,
                                      const CaseSet& cases,
                                      const SpecText& spec) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  Registry registry;
  const absl::Status read = ReadMessageText(*text, &registry);
  if (!read.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": cannot be read as a registry of mutants: ", read.message()));
  }
  std::set<std::string> ids;
  for (const Mutant& mutant : registry.mutant()) {
    absl::Status status = CheckMutant(mutant, registry, cases, spec);
    if (!ids.insert(mutant.id()).second) {
      status = absl::InvalidArgumentError("there are two of this id");
    }
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", mutant.id(), ": ", status.message()));
    }
  }
  for (const HarmlessCase& harmless : registry.harmless()) {
    if (cases.Find(harmless.case_()) == nullptr || harmless.because().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", harmless.case_(),
                       " is no case, or does not say why it is harmless"));
    }
  }
  return registry;
}

std::vector<MutantResult> Examine(const std::vector<const Mutant*>& mutants,
                                  const std::map<std::string, Testee>& testees,
                                  const CaseSet& cases, const SpecText& spec,
                                  const BankOptions& options) {
  std::vector<MutantResult> results;
  for (const Mutant* const mutant : mutants) {
    for (const int form : mutant->forms()) {
      MutantResult result;
      result.mutant = mutant;
      result.form = static_cast<Form>(form);
      results.push_back(std::move(result));
    }
  }
  Work(options, results.size(), [&](size_t i) {
    const Mutant& mutant = *results[i].mutant;
    Job job = {&results[i], RunsOf(cases, mutant.role(), results[i].form),
               testees.at(mutant.testee())
                   .WithEnvironment(kVariable, mutant.operator_())};
    Examination(spec, options, &job).Run();
  });
  return results;
}

std::vector<RunResult> ExamineUnmutated(
    const std::vector<const Mutant*>& mutants, const std::string& name,
    const Testee& testee, const CaseSet& cases, const SpecText& spec,
    const BankOptions& options) {
  std::vector<CaseRun> runs;
  std::set<std::string> ids;
  const auto add = [&](const std::vector<CaseRun>& more) {
    for (const CaseRun& run : more) {
      if (ids.insert(run.Id()).second) runs.push_back(run);
    }
  };
  for (const Mutant* const mutant : mutants) {
    if (mutant->testee() != name) continue;
    for (const int form : mutant->forms()) {
      const std::vector<CaseRun> all =
          RunsOf(cases, mutant->role(), static_cast<Form>(form));
      if (!options.killers_only) add(FirstRuns(all));
      for (const Killer& killer : mutant->killer()) {
        add(KillerRuns(killer, all));
      }
    }
  }
  std::vector<RunResult> results(runs.size());
  Work(options, runs.size(), [&](size_t i) {
    RunSettings settings;
    settings.watchdog = kPatience;
    settings.interrupted = options.interrupted;
    results[i] = RunCase(runs[i], testee, spec, settings).result;
  });
  results.erase(std::remove_if(
                    results.begin(), results.end(),
                    [](const RunResult& run) { return run.verdict() == PASS; }),
                results.end());
  return results;
}

}  // namespace forkrpc::conformance
