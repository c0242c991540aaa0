// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/fuzz_input.h"

#include <algorithm>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "conformance/fuzz/compile.h"
#include "conformance/fuzz/trouble.h"
#include "conformance/runner/cli/command_input.h"
#include "conformance/runner/verdict/suite.h"

ABSL_FLAG(std::string, classes, "",
          "fuzz: such as child-sync,parent-async; all that are offered");
ABSL_DECLARE_FLAG(std::string, level);

namespace forkrpc::conformance {
namespace {

constexpr Class kClasses[] = {
    {CHILD, SYNC}, {CHILD, ASYNC}, {PARENT, SYNC}, {PARENT, ASYNC}};

}  // namespace

absl::StatusOr<std::vector<Class>> ChosenClasses() {
  const std::string wanted = absl::GetFlag(FLAGS_classes);
  std::vector<Class> chosen;
  if (wanted.empty()) return std::vector<Class>(kClasses, kClasses + 4);
  for (const absl::string_view word : absl::StrSplit(wanted, ',')) {
    const auto* const found =
        std::find_if(kClasses, kClasses + 4,
                     [&](const Class& each) { return each.name() == word; });
    if (found == kClasses + 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("--classes ", word,
                       ": say child-sync, child-async, parent-sync or "
                       "parent-async, with commas between"));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

absl::StatusOr<Testee> LoadTestee(const std::string& path,
                                  const SpecText& spec) {
  absl::StatusOr<Testee> testee = Testee::Load(UserPath(path), spec);
  if (!testee.ok()) return testee;
  const absl::Status status = testee->CheckInstalled();
  if (!status.ok()) return status;
  if (!testee->not_installed().empty()) {
    return absl::NotFoundError(
        absl::StrCat(path, ": not installed: ", testee->not_installed()));
  }
  return testee;
}

absl::StatusOr<absl::Duration> ScaledWatchdog(const Class& cls,
                                              const Testee& testee,
                                              const SpecText& spec) {
  if (Watchdog().has_value()) return *Watchdog();
  const absl::StatusOr<Machine> machine = MachineOf(cls.role, cls.form);
  if (!machine.ok()) return machine.status();
  Plan plan;
  plan.set_role(cls.role);
  plan.set_form(cls.form);
  plan.set_transport(SOCKETPAIR);
  plan.set_watch(true);
  RunSettings settings;
  settings.watchdog = absl::Seconds(10);
  const absl::Time start = absl::Now();
  const Tried tried = TryPlan(plan, *machine, {}, {testee, spec, settings});
  if (!tried.outcome.spoke) {
    return absl::NotFoundError(absl::StrCat(
        testee.path(), ": ", cls.name(),
        ": gave no answer to the first call: ", tried.outcome.result.reason()));
  }
  return std::max(kShortestWatchdog, kStartUpsToWait * (absl::Now() - start));
}

Without WithoutFromFlags(const SpecText& spec) {
  Without without;
  if (absl::GetFlag(FLAGS_level) != "must") return without;
  for (const Requirement& each : spec.requirements()) {
    if (each.level != MUST) without.insert(each.id);
  }
  return without;
}

std::string FolderOf(const Testee& testee) {
  return absl::StrCat(OutFolder(), "/fuzz/", testee.manifest().name());
}

}  // namespace forkrpc::conformance
