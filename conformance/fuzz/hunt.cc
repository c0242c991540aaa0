// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/hunt.h"

#include <unistd.h>

#include <iostream>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/fuzz/fuzz.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/base/parallel.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/mutants/mutant_bank.h"

namespace forkrpc::conformance {
namespace {

constexpr char kVariable[] = "FORKRPC_MUTANT";

struct Quarry {
  const Mutant* mutant;
  Form form;
  FuzzResult result;
};

std::string Line(const Quarry& quarry) {
  std::string text = absl::StrCat(quarry.mutant->id(), "\t", Name(quarry.form));
  if (quarry.result.findings.empty()) {
    const std::string why = !quarry.result.harness.empty()
                                ? "harness: " + quarry.result.harness
                                : quarry.mutant->equivalent_because();
    return absl::StrCat(text, "\tmissed\t", quarry.result.plans, "\t", why,
                        "\t\n");
  }
  const Finding& found = quarry.result.findings.front();
  return absl::StrCat(text, "\tfound\t", found.plan.number(), "\t",
                      found.trouble.Signature(), "\t", found.shrunk.op_size(),
                      "\n");
}

}  // namespace

int Hunt(const HuntOptions& options, const CaseSet& cases, const SpecText& spec,
         const std::atomic<bool>& interrupted, std::ostream& out) {
  const absl::StatusOr<Registry> registry =
      LoadRegistry(options.registry, cases, spec);
  if (!registry.ok()) return Complain(registry.status());
  const absl::StatusOr<std::map<std::string, Testee>> testees =
      LoadMutatedTestees(*registry, options.registry, spec);
  if (!testees.ok()) return Complain(testees.status());
  std::vector<Quarry> all;
  for (const Mutant& mutant : registry->mutant()) {
    if (!MatchesAny(options.filter, mutant.id())) continue;
    for (const int form : mutant.forms()) {
      all.push_back({&mutant, static_cast<Form>(form), {}});
    }
  }
  if (all.empty()) {
    return Complain(kUsage, absl::StrCat("no mutant matches ",
                                         absl::StrJoin(options.filter, ",")));
  }
  std::mutex mutex;
  size_t done = 0;
  InParallel(options.jobs, all.size(), [&](size_t i) {
    if (interrupted) return;
    Quarry& quarry = all[i];
    FuzzOptions fuzz;
    fuzz.seed = options.seed;
    fuzz.plans = options.plans;
    fuzz.watchdog = options.watchdog;
    fuzz.stop_at_first = true;
    fuzz.reruns = 3;
    fuzz.interrupted = &interrupted;
    const Testee mutated =
        testees->at(quarry.mutant->testee())
            .WithEnvironment(kVariable, quarry.mutant->operator_());
    absl::StatusOr<FuzzResult> result =
        FuzzClass(quarry.mutant->role(), quarry.form, mutated, spec, fuzz);
    if (result.ok()) quarry.result = *std::move(result);
    const std::lock_guard<std::mutex> lock(mutex);
    ++done;
    if (isatty(STDERR_FILENO) != 0) {
      std::cerr << "\r\033[K" << done << "/" << all.size() << std::flush;
    }
    out << Line(quarry) << std::flush;
  });
  if (interrupted) return Complain(kHarness, "interrupted");
  std::string text =
      "# Written by `forkrpc-conformance fuzz --mutants`; not to be edited.\n"
      "# mutant\tform\tfound or missed\tplan\twhat it showed, or why not\t"
      "operations of the shrunk plan\n";
  int missed = 0;
  int large = 0;
  for (const Quarry& quarry : all) {
    text += Line(quarry);
    const auto& findings = quarry.result.findings;
    missed += findings.empty() && quarry.mutant->equivalent_because().empty();
    large += !findings.empty() && findings.front().shrunk.op_size() > 5;
  }
  out << all.size() << " bugs, " << missed << " missed, " << large
      << " not shrunk to 5 operations\n";
  if (!options.write.empty()) {
    const absl::Status status = WriteFile(options.write, text);
    if (!status.ok()) return Complain(status);
  }
  return missed > 0 ? kDiverges : kConformant;
}

}  // namespace forkrpc::conformance
