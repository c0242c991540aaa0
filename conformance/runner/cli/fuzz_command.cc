// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/fuzz_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "conformance/fuzz/diff.h"
#include "conformance/fuzz/finding_files.h"
#include "conformance/fuzz/fuzz.h"
#include "conformance/fuzz/fuzz_report.h"
#include "conformance/fuzz/generator.h"
#include "conformance/fuzz/hunt.h"
#include "conformance/fuzz/shrink.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/base/message_json.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/cli/command_input.h"
#include "conformance/runner/cli/fuzz_input.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/verdict/suite.h"
#include "google/protobuf/text_format.h"

ABSL_FLAG(uint64_t, plans, 10000, "fuzz: plans for each class");
ABSL_FLAG(int, seconds, 0, "fuzz: at most so long for each class; 0 = no end");
ABSL_FLAG(uint64_t, plan, 0, "replay: the number of a seed's plan");
ABSL_FLAG(bool, keep_going, false, "fuzz: give no class up");
ABSL_FLAG(bool, diff, false, "fuzz: where the testees differ, within the spec");
ABSL_FLAG(bool, mutants, false, "fuzz: the mutants of --registry");
ABSL_DECLARE_FLAG(bool, strict);
ABSL_DECLARE_FLAG(std::vector<std::string>, filter);
ABSL_DECLARE_FLAG(std::string, registry);
ABSL_DECLARE_FLAG(std::string, write);
ABSL_DECLARE_FLAG(std::string, json);

namespace forkrpc::conformance {
namespace {

// A line on a terminal that is written over; nothing where there is none.
class ProgressLine {
 public:
  ProgressLine(std::string what, uint64_t plans)
      : what_(std::move(what)), plans_(plans) {}

  void Show(uint64_t plans, size_t found) const {
    if (!on_terminal_) return;
    std::cerr << "\r\033[K" << what_ << "  " << plans << "/" << plans_ << ", "
              << found << " found" << std::flush;
  }
  void Clear() const {
    if (on_terminal_) std::cerr << "\r\033[K" << std::flush;
  }

 private:
  const std::string what_;
  const uint64_t plans_;
  const bool on_terminal_ = isatty(STDERR_FILENO) != 0;
};

FuzzOptions OptionsFromFlags(const SpecText& spec, absl::Duration watchdog,
                             const std::atomic<bool>& interrupted) {
  FuzzOptions options;
  options.seed = Seed();
  options.plans = absl::GetFlag(FLAGS_plans);
  if (absl::GetFlag(FLAGS_seconds) > 0) {
    options.time = absl::Seconds(absl::GetFlag(FLAGS_seconds));
  }
  // A plan that waits uses no processor.
  options.jobs = 2 * Jobs();
  options.watchdog = watchdog;
  options.fresh = Fresh();
  options.without = WithoutFromFlags(spec);
  options.interrupted = &interrupted;
  if (absl::GetFlag(FLAGS_keep_going)) {
    options.most_findings = options.most_hangs = SIZE_MAX;
  }
  return options;
}

// One class of one testee; the exit status.
int FuzzOne(const Class& cls, const Testee& testee, const SpecText& spec,
            const std::atomic<bool>& interrupted, FuzzedClass* fuzzed) {
  fuzzed->set_role(cls.role);
  fuzzed->set_form(cls.form);
  fuzzed->set_seed(Seed());
  const absl::StatusOr<absl::Duration> watchdog =
      ScaledWatchdog(cls, testee, spec);
  if (!watchdog.ok()) {
    fuzzed->set_error(std::string(watchdog.status().message()));
    return Complain(watchdog.status());
  }
  FuzzOptions options = OptionsFromFlags(spec, *watchdog, interrupted);
  const ProgressLine progress(
      absl::StrCat(testee.manifest().name(), " ", cls.name()), options.plans);
  options.on_progress = [&](uint64_t plans, size_t findings) {
    progress.Show(plans, findings);
  };
  const absl::StatusOr<FuzzResult> result =
      FuzzClass(cls.role, cls.form, testee, spec, options);
  progress.Clear();
  if (!result.ok()) return Complain(result.status());
  *fuzzed = FuzzedMessage(cls.role, cls.form, options.seed, *result,
                          FolderOf(testee));
  const absl::StatusOr<Machine> machine = MachineOf(cls.role, cls.form);
  if (!machine.ok()) return Complain(machine.status());
  RunSettings settings;
  settings.watchdog = *watchdog;
  int code = kConformant;
  for (size_t i = 0; i < result->findings.size(); ++i) {
    const Finding& finding = result->findings[i];
    const absl::Status status =
        WriteFinding(finding, fuzzed->findings(static_cast<int>(i)).folder(),
                     *machine, {testee, spec, settings});
    if (!status.ok()) return Complain(status);
    if (finding.trouble.level == MUST || absl::GetFlag(FLAGS_strict)) {
      code = kDiverges;
    }
  }
  if (!result->harness.empty()) return Complain(kHarness, result->harness);
  if (interrupted) return Complain(kHarness, "interrupted");
  return code;
}

// Where testees that offer the class differ; the exit status.
int DiffOne(const Class& cls, const std::vector<const Testee*>& testees,
            const SpecText& spec, const std::atomic<bool>& interrupted,
            DiffedClass* diffed) {
  DiffOptions options;
  options.seed = Seed();
  options.plans = absl::GetFlag(FLAGS_plans);
  options.jobs = 2 * Jobs();
  options.interrupted = &interrupted;
  std::vector<std::string> names;
  for (const Testee* const testee : testees) {
    names.push_back(testee->manifest().name());
  }
  *diffed = DiffedMessage(cls.role, cls.form, options.seed, names, {});
  for (const Testee* const testee : testees) {
    const absl::StatusOr<absl::Duration> watchdog =
        ScaledWatchdog(cls, *testee, spec);
    if (!watchdog.ok()) {
      diffed->set_error(std::string(watchdog.status().message()));
      return Complain(watchdog.status());
    }
    options.watchdogs.push_back(*watchdog);
  }
  const ProgressLine progress(absl::StrCat("diff ", cls.name()), options.plans);
  options.on_progress = [&](uint64_t plans, size_t kinds) {
    progress.Show(plans, kinds);
  };
  const absl::StatusOr<DiffResult> result =
      DiffClass(cls.role, cls.form, testees, spec, options);
  progress.Clear();
  if (!result.ok()) return Complain(result.status());
  *diffed = DiffedMessage(cls.role, cls.form, options.seed, names, *result);
  if (interrupted) return Complain(kHarness, "interrupted");
  return result->differences.empty() ? kConformant : kDiverges;
}

int DiffAll(const std::vector<Class>& classes,
            const std::vector<Testee>& testees, const SpecText& spec,
            const std::atomic<bool>& interrupted, FuzzReport* report,
            std::ostream& out) {
  int code = kConformant;
  for (const Class& cls : classes) {
    std::vector<const Testee*> offering;
    for (const Testee& each : testees) {
      if (each.Offers(cls.role, cls.form)) offering.push_back(&each);
    }
    if (offering.size() < 2) continue;
    DiffedClass* const diffed = report->add_diffs();
    code = std::max(code, DiffOne(cls, offering, spec, interrupted, diffed));
    if (diffed->error().empty()) out << DiffedText(*diffed) << std::flush;
    if (interrupted) return kHarness;
  }
  return code;
}

int FuzzAll(const std::vector<Class>& classes,
            const std::vector<Testee>& testees, const SpecText& spec,
            const std::atomic<bool>& interrupted, FuzzReport* report,
            std::ostream& out) {
  int code = kConformant;
  for (const Testee& testee : testees) {
    FuzzedTestee* const of_one = report->add_testees();
    of_one->set_name(testee.manifest().name());
    of_one->set_version(testee.manifest().version());
    of_one->set_language(testee.manifest().language());
    of_one->set_manifest(testee.path());
    for (const Class& cls : classes) {
      if (!testee.Offers(cls.role, cls.form)) continue;
      FuzzedClass* const fuzzed = of_one->add_classes();
      code = std::max(code, FuzzOne(cls, testee, spec, interrupted, fuzzed));
      if (fuzzed->plans() > 0) out << FuzzedText(of_one->name(), *fuzzed);
      out.flush();
      if (interrupted) return kHarness;
    }
  }
  return code;
}

// To the file of --json, if there is one; the exit status.
int WriteJson(FuzzReport report, std::ostream& out) {
  const std::string path = UserPath(absl::GetFlag(FLAGS_json));
  if (absl::GetFlag(FLAGS_json).empty()) return kConformant;
  const absl::StatusOr<spec::Requirements> records = RequirementRecords();
  if (!records.ok()) return Complain(records.status());
  report.set_suite_version(kSuiteVersion);
  report.set_spec_version(records->version());
  const absl::StatusOr<std::string> json = MessageJson(report);
  if (!json.ok()) return Complain(json.status());
  const absl::Status status = WriteFile(path, *json);
  if (!status.ok()) return Complain(status);
  out << "report: " << path << "\n";
  return kConformant;
}

int RunFuzz(const std::vector<std::string>& words, const SpecText& spec,
            const std::atomic<bool>& interrupted, std::ostream& out) {
  if (words.size() < 2) return Complain(kUsage, "fuzz needs a testee.json");
  const absl::StatusOr<std::vector<Class>> classes = ChosenClasses();
  if (!classes.ok()) return Complain(classes.status());
  std::vector<Testee> testees;
  for (size_t i = 1; i < words.size(); ++i) {
    absl::StatusOr<Testee> testee = LoadTestee(words[i], spec);
    if (!testee.ok()) return Complain(testee.status());
    testees.push_back(*std::move(testee));
  }
  const bool diff = absl::GetFlag(FLAGS_diff);
  if (diff && testees.size() < 2) {
    return Complain(kUsage, "--diff needs two testees");
  }
  out << "seed " << Seed() << "\n";
  FuzzReport report;
  const int code =
      diff ? DiffAll(*classes, testees, spec, interrupted, &report, out)
           : FuzzAll(*classes, testees, spec, interrupted, &report, out);
  // What was tried before an interruption is reported as well.
  return std::max(code, WriteJson(report, out));
}

// What `shrink` and `replay` are given: a file, or --seed and --plan.
absl::StatusOr<PlanOrCase> Given(const std::vector<std::string>& words,
                                 const SpecText& spec) {
  const uint64_t number = absl::GetFlag(FLAGS_plan);
  if (number == 0) {
    if (words.size() != 3) {
      return absl::InvalidArgumentError(absl::StrCat(
          words[0],
          " needs a plan or a case, and a testee.json; or --seed S "
          "--plan N --classes CLASS and a testee.json"));
    }
    return ReadPlanOrCase(UserPath(words[1]));
  }
  const absl::StatusOr<std::vector<Class>> classes = ChosenClasses();
  if (!classes.ok()) return classes.status();
  if (classes->size() != 1 || words.size() != 2) {
    return absl::InvalidArgumentError(
        "--plan needs one class (--classes child-sync) and one testee.json");
  }
  absl::StatusOr<Generator> generator = Generator::Create(
      classes->front().role, classes->front().form, Seed(), spec);
  if (!generator.ok()) return generator.status();
  PlanOrCase given;
  given.is_plan = true;
  for (uint64_t i = 0; i < number; ++i) given.plan = generator->Next();
  return given;
}

int ShrinkOrReplay(const std::vector<std::string>& words, const SpecText& spec,
                   std::ostream& out) {
  const absl::StatusOr<PlanOrCase> given = Given(words, spec);
  if (!given.ok()) return Complain(given.status());
  const absl::StatusOr<Testee> testee = LoadTestee(words.back(), spec);
  if (!testee.ok()) return Complain(testee.status());
  if (words[0] == "shrink" && !given->is_plan) {
    return Complain(kUsage, "shrink needs a plan, such as plan.txtpb");
  }
  const Class cls =
      given->is_plan
          ? Class{given->plan.role(), given->plan.form()}
          : Class{given->made.role(), static_cast<Form>(given->made.forms(0))};
  if (!testee->Offers(cls.role, cls.form)) {
    return Complain(kUsage,
                    absl::StrCat(words.back(), ": offers no ", cls.name()));
  }
  const absl::StatusOr<absl::Duration> watchdog =
      ScaledWatchdog(cls, *testee, spec);
  if (!watchdog.ok()) return Complain(watchdog.status());
  const absl::StatusOr<Machine> machine = MachineOf(cls.role, cls.form);
  if (!machine.ok()) return Complain(machine.status());
  const Without without = WithoutFromFlags(spec);
  RunSettings settings;
  settings.watchdog = *watchdog;
  const Bench bench = {*testee, spec, settings};
  const auto& transports = given->made.axes().transport();
  const Tried tried =
      given->is_plan ? TryPlan(given->plan, *machine, without, bench)
                     : TryCase(given->made, cls.form,
                               transports.empty()
                                   ? SOCKETPAIR
                                   : static_cast<Transport>(transports.Get(0)),
                               bench);
  if (!tried.harness.empty()) {
    out << tried.outcome.log;
    return Complain(kHarness, tried.harness);
  }
  if (words[0] == "replay") {
    std::string text;
    google::protobuf::TextFormat::PrintToString(given->plan, &text);
    out << text << tried.outcome.log;
    return tried.trouble.has_value() ? kDiverges : kConformant;
  }
  if (!tried.trouble.has_value()) {
    return Complain(kUsage, "the plan shows nothing; there is nothing to keep");
  }
  Finding finding = {
      *tried.trouble, given->plan,
      Shrink(given->plan, *tried.trouble, *machine, without, bench, 1),
      without};
  const std::string folder =
      absl::StrCat(FolderOf(*testee), "/", finding.trouble.Signature());
  const absl::Status status = WriteFinding(finding, folder, *machine, bench);
  if (!status.ok()) return Complain(status);
  out << FindingText(FindingMessage(finding, folder));
  return kDiverges;
}

int RunHunt(const Material& material, const std::atomic<bool>& interrupted,
            std::ostream& out) {
  HuntOptions options;
  options.registry = UserPath(absl::GetFlag(FLAGS_registry));
  options.filter = absl::GetFlag(FLAGS_filter);
  options.plans = absl::GetFlag(FLAGS_plans);
  options.seed = Seed();
  options.jobs = 4 * Jobs();
  options.watchdog = Watchdog().value_or(options.watchdog);
  options.write = UserPath(absl::GetFlag(FLAGS_write));
  return Hunt(options, material.cases, material.spec, interrupted, out);
}

}  // namespace

bool IsFuzzCommand(const std::vector<std::string>& words) {
  return !words.empty() &&
         (words[0] == "fuzz" || words[0] == "shrink" || words[0] == "replay");
}

int RunFuzzCommand(const std::vector<std::string>& words,
                   const std::atomic<bool>& interrupted, std::ostream& out) {
  const absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) return Complain(material.status());
  if (words[0] != "fuzz") return ShrinkOrReplay(words, material->spec, out);
  if (absl::GetFlag(FLAGS_mutants)) return RunHunt(*material, interrupted, out);
  return RunFuzz(words, material->spec, interrupted, out);
}

std::string FuzzUsageText() {
  return R"(
  fuzz TESTEE.json... [--plans N] [--seconds S] [--seed S] [--classes child-sync,...]
          plans of a hostile peer, drawn at random; each finding is shrunk and
          written to DIR/fuzz/TESTEE/ of --out: a case, a log, octets, repro.sh.
          --level must asks for no SHOULD; --keep_going gives no class up
          --json FILE has it all, too
  fuzz --diff A.json B.json... [--plans N] [--seed S] [--classes ...] [--json FILE]
          the same plans on several: where they differ inside what the
          specification allows, and which could not be compared
  fuzz --mutants [--registry FILE] [--filter GLOB] [--plans N] [--write FILE]
          how many plans it takes to find each known bug
  shrink PLAN TESTEE.json
          makes a plan small that shows something
  replay PLAN|CASE TESTEE.json | replay --seed S --plan N --classes CLASS TESTEE.json
          plays one plan or case and prints it and its annotated log
)";
}

}  // namespace forkrpc::conformance
