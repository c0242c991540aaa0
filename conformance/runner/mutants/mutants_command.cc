// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/mutants/mutants_command.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/mutants/kill_matrix.h"
#include "conformance/runner/mutants/mutant_bank.h"

namespace forkrpc::conformance {
namespace {

std::vector<const Mutant*> Choose(const MutantsOptions& options,
                                  const Registry& registry) {
  std::vector<const Mutant*> chosen;
  for (const Mutant& mutant : registry.mutant()) {
    if (MatchesAny(options.filter, mutant.id())) chosen.push_back(&mutant);
  }
  if (options.sample > 0 &&
      static_cast<size_t>(options.sample) < chosen.size()) {
    // Not std::shuffle, whose choice depends on the library.
    std::mt19937_64 random(options.seed);
    for (size_t i = 0; i < static_cast<size_t>(options.sample); ++i) {
      std::swap(chosen[i], chosen[i + random() % (chosen.size() - i)]);
    }
    chosen.resize(options.sample);
    std::sort(chosen.begin(), chosen.end());
  }
  return chosen;
}

// False, with a line for each, if a correct testee does not pass.
bool UnmutatedPass(const std::vector<const Mutant*>& mutants,
                   const std::map<std::string, Testee>& testees,
                   const CaseSet& cases, const SpecText& spec,
                   const BankOptions& options) {
  bool pass = true;
  for (const auto& [name, testee] : testees) {
    for (const RunResult& run :
         ExamineUnmutated(mutants, name, testee, cases, spec, options)) {
      if (run.verdict() == UNSUPPORTED) continue;
      pass = false;
      Complain(kHarness,
               absl::StrCat(name, " without a mutant: ", run.id(), ": ",
                            Verdict_Name(run.verdict()), ": ", run.reason()));
    }
  }
  return pass;
}

std::string Deaths(const MutantResult& result) {
  std::string text;
  for (const RunResult& run : result.runs) {
    if (!Killed(run) && run.verdict() != HARNESS) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", run.id(), " ",
                    Verdict_Name(run.verdict()), " ", run.broken_req());
    if (text.size() > 400) return text + ", ...";
  }
  return text.empty() ? "none" : text;
}

// One line for each mutant that is not as the registry has it.
int ShowMutantsAmiss(const std::vector<MutantResult>& results,
                     std::ostream& out) {
  static const char* const kStates[] = {"killed", "survived", "wrong death",
                                        "not started", "no judgement"};
  int amiss = 0;
  for (const MutantResult& result : results) {
    const bool equivalent = result.state == MutantResult::SURVIVED &&
                            result.mutant->killer().empty();
    if (result.state == MutantResult::KILLED || equivalent) continue;
    ++amiss;
    out << result.mutant->id() << ":" << Name(result.form) << ": "
        << kStates[result.state] << ": " << result.note
        << "deaths: " << Deaths(result) << "\n";
  }
  return amiss;
}

int ShowAmiss(const std::vector<std::string>& lines, std::ostream& out) {
  for (const std::string& line : lines) out << line << "\n";
  return static_cast<int>(lines.size());
}

bool HarnessBroke(const std::vector<MutantResult>& results) {
  return std::any_of(results.begin(), results.end(), [](const auto& result) {
    return result.state == MutantResult::BROKEN;
  });
}

// Writes what is to be written; false after a complaint.
bool Write(const MutantsOptions& options,
           const std::vector<MutantResult>& results, const CaseSet& cases) {
  absl::Status status;
  if (!options.write.empty()) {
    status.Update(WriteFile(options.write, KillLines(results, cases)));
  }
  if (!options.out.empty()) {
    status.Update(
        WriteFile(options.out + "/kills.md", KillReport(results, cases)));
  }
  if (status.ok()) return true;
  Complain(status);
  return false;
}

}  // namespace

int RunMutants(const MutantsOptions& options, const CaseSet& cases,
               const SpecText& spec, const std::atomic<bool>& interrupted,
               std::ostream& out) {
  const absl::StatusOr<Registry> registry =
      LoadRegistry(options.registry, cases, spec);
  if (!registry.ok()) return Complain(registry.status());
  const std::vector<const Mutant*> mutants = Choose(options, *registry);
  if (mutants.empty()) {
    return Complain(kUsage, absl::StrCat("no mutant matches ",
                                         absl::StrJoin(options.filter, ",")));
  }
  const absl::StatusOr<std::map<std::string, Testee>> testees =
      LoadMutatedTestees(*registry, options.registry, spec);
  if (!testees.ok()) return Complain(testees.status());
  // Read first: a wrong path is not to be found out after minutes.
  absl::StatusOr<std::string> matrix = std::string();
  if (!options.check.empty()) matrix = ReadFile(options.check);
  if (!matrix.ok()) return Complain(matrix.status());
  BankOptions bank;
  bank.jobs = options.jobs;
  bank.watchdog = options.watchdog;
  const bool whole =
      options.sample == 0 && options.filter == MutantsOptions().filter;
  bank.killers_only = !whole;
  bank.every_case = options.every_case;
  bank.interrupted = &interrupted;
  const absl::Time start = absl::Now();
  if (!UnmutatedPass(mutants, *testees, cases, spec, bank)) return kHarness;
  const absl::Time unmutated = absl::Now();
  bank.killers_only = options.sample > 0;
  // A mutant that hangs uses no processor.
  bank.jobs = 4 * options.jobs;
  const std::vector<MutantResult> results =
      Examine(mutants, *testees, cases, spec, bank);
  if (interrupted) return Complain(kHarness, "interrupted");
  out << KillTable(results);
  int amiss = ShowMutantsAmiss(results, out);
  // A judgement that is missing says nothing of cases, nor of the matrix.
  if (HarnessBroke(results)) return kHarness;
  if (whole) amiss += ShowAmiss(CasesAmiss(results, cases, *registry), out);
  if (!options.check.empty()) {
    const int lacks =
        ShowAmiss(MatrixAmiss(*matrix, *registry, results, cases), out);
    if (lacks > 0) out << "bazel run //conformance/mutants writes it\n";
    amiss += lacks;
  }
  if (!Write(options, results, cases)) return kHarness;
  out << "correct testees: "
      << absl::FormatDuration(
             absl::Trunc(unmutated - start, absl::Milliseconds(1)))
      << ", mutants: "
      << absl::FormatDuration(
             absl::Trunc(absl::Now() - unmutated, absl::Milliseconds(1)))
      << "\n";
  return amiss > 0 ? kDiverges : 0;
}

}  // namespace forkrpc::conformance
