// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/run_command.h"

#include <unistd.h>

#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/base/stopwatch.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/cli/command_input.h"
#include "conformance/runner/cli/debugger.h"
#include "conformance/runner/cli/load_testees.h"
#include "conformance/runner/cli/log_keeper.h"
#include "conformance/runner/cli/report_flags.h"
#include "conformance/runner/cli/selection_flags.h"
#include "conformance/runner/report/report.h"
#include "conformance/runner/report/report_files.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/testee/manifest.h"
#include "conformance/runner/verdict/expectations.h"
#include "conformance/runner/verdict/suite.h"

ABSL_FLAG(std::string, logs, "", "folder for the logs of runs not passed");
ABSL_FLAG(absl::Duration, start_limit, absl::Seconds(10),
          "time for a testee's first answer");
ABSL_FLAG(bool, strict, false, "exit 1 also for SHOULD and UNSUPPORTED");
ABSL_FLAG(std::string, expectations, "", "list of runs known not to pass");
ABSL_FLAG(bool, all_logs, false, "keep the logs of passed runs, too");
ABSL_FLAG(int, most_hangs, 20,
          "hangs in a row after which a class is given up; 0 = never");

ABSL_FLAG(absl::Duration, progress, absl::Seconds(10),
          "how often progress is said where there is no terminal; 0 = never");

namespace forkrpc::conformance {
namespace {

// What a run needs to be done again in the same way.
std::vector<std::string> RepeatOptions() {
  std::vector<std::string> options = {absl::StrCat("--seed=", Seed())};
  const std::string cases = CasesFolder();
  if (!cases.empty()) options.push_back(absl::StrCat("--cases=", cases));
  for (const char* name : {"watchdog", "start_limit"}) {
    const absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
    options.push_back(absl::StrCat("--", name, "=", flag->CurrentValue()));
  }
  return options;
}

// Writes down when and by which command the report was made.
void NoteCommand(const std::vector<std::string>& words, absl::Time started,
                 Report* report) {
  report->set_started(
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", started, absl::UTCTimeZone()));
  report->add_command("forkrpc-conformance");
  report->add_command(words[0]);
  // A map of names: in one order, whatever the user's was.
  const auto flags = absl::GetAllFlags();
  std::map<std::string, std::string> given;
  for (const auto& [name, flag] : flags) {
    const std::string value = flag->CurrentValue();
    if (value != flag->DefaultValue()) given.emplace(name, value);
  }
  for (const auto& [name, value] : given) {
    report->add_command(absl::StrCat("--", name, "=", value));
  }
  for (size_t i = 1; i < words.size(); ++i) report->add_command(words[i]);
}

// "python child sync  120/310, 2 not passed".
std::string ProgressText(const Progress& progress) {
  return absl::StrCat(progress.testee, " ",
                      Name(progress.run.conformance_case->role()), " ",
                      Name(progress.run.form), "  ", progress.done, "/",
                      progress.total, ", ", progress.failures, " not passed");
}

// One line of a terminal, which each run writes over.
void ShowProgress(const Progress& progress) {
  std::cerr << "\r\033[K" << ProgressText(progress);
  if (progress.done == progress.total) std::cerr << "\r\033[K";
  std::cerr << std::flush;
}

// A line now and then: what waits for a pipe to end wants a sign of life.
std::function<void(const Progress&)> SayProgress(absl::Duration every) {
  if (every <= absl::ZeroDuration()) return nullptr;
  return [every, last = MonotonicNow()](const Progress& progress) mutable {
    const absl::Duration now = MonotonicNow();
    if (now - last < every) return;
    last = now;
    std::cerr << absl::StrCat("forkrpc-conformance: ", ProgressText(progress),
                              "\n")
              << std::flush;
  };
}

SuiteOptions OptionsFromFlags(LogKeeper* keeper) {
  SuiteOptions options;
  options.jobs = RunsAtATime();
  options.watchdog = Watchdog();
  options.start_limit = absl::GetFlag(FLAGS_start_limit);
  options.seed = Seed();
  options.fresh = Fresh();
  options.on_progress = isatty(STDERR_FILENO)
                            ? ShowProgress
                            : SayProgress(absl::GetFlag(FLAGS_progress));
  options.keep_records = keeper->keeps();
  options.most_hangs = absl::GetFlag(FLAGS_most_hangs);
  options.on_outcome = [keeper](const Testee& testee,
                                const RunOutcome& outcome) {
    return keeper->Keep(testee, outcome);
  };
  return options;
}

// One line for each class that did not get as far as being judged.
void ComplainOfDeadClasses(const Report& report) {
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      if (each.state() != ClassResult::ENDED_AT_ONCE &&
          each.state() != ClassResult::NO_ANSWER) {
        continue;
      }
      Complain(kNeverStarted,
               absl::StrCat(testee.manifest(), ": ", Name(each.role()), ".",
                            Name(each.form()), ": ", each.note()));
    }
  }
}

// `run` writes what it is asked for, `matrix` every format.
ReportFiles WantedFiles(bool matrix) {
  ReportFiles files = matrix ? FilesIn(OutFolder()) : ReportFiles();
  TakeFlags(&files);
  return files;
}

// Whether all that is to be written can be, before there is something to lose.
absl::Status CheckOutputs(const ReportFiles& files, const std::string& logs) {
  std::vector<std::string> paths = files.Paths();
  if (!logs.empty()) paths.push_back(logs + "/.writable");
  for (const std::string& path : paths) {
    const absl::Status status = CheckWritable(path);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

int WriteFiles(const Report& report, const ReportFiles& files,
               std::ostream& out) {
  const absl::Status status =
      WriteReports(report, files, absl::GetFlag(FLAGS_strict));
  if (!status.ok()) return Complain(status);
  if (!files.Paths().empty()) {
    out << "\nreport: " << absl::StrJoin(files.Paths(), ", ") << "\n";
  }
  return 0;
}

// What --expectations names; nothing if it is not given.
absl::StatusOr<Expectations> LoadExpectations(const CaseSet& cases) {
  const std::string path = UserPath(absl::GetFlag(FLAGS_expectations));
  if (path.empty()) return Expectations();
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<Expectations> list = ParseExpectations(*text, cases);
  if (!list.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", list.status().message()));
  }
  return list;
}

// Excuses what is listed and says so; whether something passed unexpectedly.
bool ExcuseListed(const Expectations& list, Report* report, std::ostream& out) {
  const Excused excused = Excuse(list, absl::Now(), report);
  for (const std::string& each : excused.unexpected) {
    out << "UNEXPECTED  " << each << "\n";
  }
  if (excused.runs > 0)
    out << excused.runs << " runs not passed, as expected\n";
  if (excused.flaky_passed + excused.flaky_failed > 0) {
    out << "runs that are listed as flaky: " << excused.flaky_passed
        << " passed, " << excused.flaky_failed << " not passed\n";
  }
  return !excused.unexpected.empty();
}

// InvalidArgument if no run is selected or, for somebody who debugs, not one.
absl::Status CheckSelection(const Selection& selection,
                            const Material& material,
                            const std::vector<Testee>& testees, bool matrix) {
  bool any = false;
  std::vector<std::string> runs;  // that a testee has
  for (const CaseRun& run : material.cases.Runs()) {
    if (!Selects(selection, run, material.spec)) continue;
    any = true;
    for (const Testee& testee : testees) {
      if (testee.Offers(run.conformance_case->role(), run.form) &&
          testee.not_installed().empty()) {
        runs.push_back(absl::StrCat(testee.manifest().name(), " ", run.Id()));
      }
    }
  }
  if (!any) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no case matches --filter ", absl::StrJoin(selection.filter, ","),
        " and the other options; `list` shows the ids"));
  }
  const std::string flag = DebuggerFlag();
  if (flag.empty()) return absl::OkStatus();
  if (matrix) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, " is for `run`, not for `matrix`"));
  }
  if (runs.size() == 1) return absl::OkStatus();
  if (runs.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        flag, " needs exactly one run, but no testee offers what matches"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, " needs exactly one run, but ", runs.size(),
                   " match, such as ", runs.front(), " and ", runs.back(),
                   "; give one testee and --filter RUN, say --filter ",
                   runs.front().substr(runs.front().find(' ') + 1)));
}

}  // namespace

int RunTestees(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out) {
  const bool matrix = words[0] == "matrix";
  if (words.size() < 2) {
    return Complain(kUsage,
                    absl::StrCat(words[0], " needs a testee.json; see --help"));
  }
  absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) return Complain(material.status());
  const absl::StatusOr<Selection> selection =
      SelectionFromFlags(material->spec);
  if (!selection.ok()) return Complain(selection.status());
  const absl::StatusOr<Expectations> expectations =
      LoadExpectations(material->cases);
  if (!expectations.ok()) return Complain(expectations.status());
  LogKeeperOptions keep;
  keep.folder = UserPath(absl::GetFlag(FLAGS_logs));
  if (matrix && keep.folder.empty()) {
    keep.folder = OutFolder() + "/logs";
  }
  keep.passed = absl::GetFlag(FLAGS_all_logs);
  if (!matrix) keep.show = &out;
  keep.repeat_options = RepeatOptions();
  LogKeeper keeper(keep);
  SuiteOptions options = OptionsFromFlags(&keeper);
  options.selection = *selection;
  options.interrupted = &interrupted;
  std::vector<Testee> testees;
  if (!LoadTestees({words.begin() + 1, words.end()}, material->spec,
                   &testees)) {
    return kUsage;
  }
  absl::StatusOr<std::unique_ptr<RunDebugger>> debugger =
      DebuggerFromFlags(interrupted);
  if (!debugger.ok()) return Complain(debugger.status());
  const absl::Status status =
      CheckSelection(*selection, *material, testees, matrix);
  if (!status.ok()) return Complain(status);
  if (*debugger != nullptr) {
    options.debugger = debugger->get();
    options.jobs = 1;
    options.on_progress = nullptr;
  }
  const absl::StatusOr<spec::Requirements> records = RequirementRecords();
  if (!records.ok()) return Complain(records.status());
  const ReportFiles files = WantedFiles(matrix);
  const absl::Status writable = CheckOutputs(files, keep.folder);
  if (!writable.ok()) return Complain(writable);
  const absl::Time started = absl::Now();
  Report report = RunSuite(options, testees, material->cases, material->spec);
  NoteCommand(words, started, &report);
  CompleteReport(material->cases, material->spec, *records, &report);
  const bool unexpected = ExcuseListed(*expectations, &report, out);
  const std::string divergences = Divergences(report);
  // Of a run the table stands last, behind all the logs; a matrix begins with
  // it.
  if (!matrix) {
    out << divergences << (divergences.empty() ? "" : "\n") << keeper.Others();
  }
  out << SummaryTable(report);
  if (matrix && !divergences.empty()) out << "\n" << divergences;
  const int written = WriteFiles(report, files, out);
  if (!keeper.status().ok()) return Complain(keeper.status());
  if (written != 0) return written;
  // What has run is reported; main knows the exit status.
  if (interrupted) return Complain(kSignalled, "interrupted");
  ComplainOfDeadClasses(report);
  const int code = ExitCode(report, absl::GetFlag(FLAGS_strict));
  return code == kConformant && unexpected ? kDiverges : code;
}

}  // namespace forkrpc::conformance
