// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/commands.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <utility>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "conformance/runner/case_loader.h"
#include "conformance/runner/embedded.h"
#include "conformance/runner/expectations.h"
#include "conformance/runner/explain.h"
#include "conformance/runner/files.h"
#include "conformance/runner/judge_command.h"
#include "conformance/runner/log_keeper.h"
#include "conformance/runner/manifest.h"
#include "conformance/runner/mutants_command.h"
#include "conformance/runner/report.h"
#include "conformance/runner/report_files.h"
#include "conformance/runner/report_score.h"
#include "conformance/runner/selection.h"
#include "conformance/runner/spec_text.h"
#include "conformance/runner/splits.h"
#include "conformance/runner/suite.h"
#include "google/protobuf/util/json_util.h"

ABSL_FLAG(std::string, logs, "", "folder for the logs of runs not passed");
ABSL_FLAG(std::string, out, "out/conformance", "folder for matrix's report");
ABSL_FLAG(std::string, cases, "", "folder of cases instead of those inside");
ABSL_FLAG(absl::Duration, watchdog, absl::ZeroDuration(),
          "silence that is called a hang; 0 = scaled by the start-up");
ABSL_FLAG(absl::Duration, start_limit, absl::Seconds(10),
          "time for a testee's first answer");
ABSL_FLAG(bool, strict, false, "exit 1 also for SHOULD and UNSUPPORTED");
ABSL_FLAG(uint64_t, seed, forkrpc::conformance::Splits::kDefaultSeed,
          "where random splits cut");
ABSL_FLAG(std::string, registry, "conformance/mutants/registry.textproto",
          "the mutants");
ABSL_FLAG(int, sample, 0, "so many mutants, chosen by the seed; 0 = all");
ABSL_FLAG(bool, every_case, false, "mutants: also cases about other clauses");
ABSL_FLAG(std::string, write, "", "file for the kill matrix");
ABSL_FLAG(std::string, check, "", "kill matrix that must be right");
ABSL_DECLARE_FLAG(std::string, filter);
ABSL_FLAG(std::string, expectations, "", "list of runs known not to pass");
ABSL_FLAG(bool, all_logs, false, "keep the logs of passed runs, too");
ABSL_FLAG(int, most_hangs, 20,
          "hangs in a row after which a class is given up; 0 = never");
ABSL_FLAG(int, j, 0, "runs at a time; 0 = one for each processor");

namespace forkrpc::conformance {
namespace {

constexpr int kUsage = 2;
constexpr int kHarness = 3;
constexpr int kNeverStarted = 4;
constexpr char kSubcommands[] =
    "run, matrix, list, explain, judge, expectations or mutants";

int Complain(int code, absl::string_view message) {
  std::cerr << "forkrpc-conformance: " << message << "\n";
  return code;
}

// Paths are relative to where the user stands, also under `bazel run`.
std::string UserPath(const std::string& path) {
  const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr || path.empty()) return path;
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

struct Material {
  SpecText spec;
  CaseSet cases;
};

// InvalidArgument or NotFound: the user's --cases. Internal: our own.
absl::StatusOr<Material> LoadMaterial() {
  absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());
  if (!spec.ok()) return absl::InternalError(spec.status().message());
  const std::string folder = UserPath(absl::GetFlag(FLAGS_cases));
  absl::StatusOr<std::vector<SourceFile>> files = EmbeddedCases();
  if (!folder.empty()) files = CaseSet::ReadDirectory(folder);
  if (!files.ok()) return files.status();
  absl::StatusOr<CaseSet> cases = CaseSet::Load(*files, *spec);
  if (!cases.ok()) {
    if (folder.empty()) return absl::InternalError(cases.status().message());
    return absl::InvalidArgumentError(
        absl::StrCat(folder, "/", cases.status().message()));
  }
  return Material{*std::move(spec), *std::move(cases)};
}

// Loads the manifests; false after a complaint.
bool LoadTestees(const std::vector<std::string>& paths, const SpecText& spec,
                 std::vector<Testee>* testees) {
  std::set<std::string> names;
  for (const std::string& path : paths) {
    absl::StatusOr<Testee> testee = Testee::Load(UserPath(path), spec);
    absl::Status status = testee.status();
    if (status.ok() && !names.insert(testee->manifest().name()).second) {
      status = absl::InvalidArgumentError(
          absl::StrCat(path, ": the name \"", testee->manifest().name(),
                       "\" is another testee's; change one"));
    }
    if (status.ok()) status = testee->CheckInstalled();
    if (!status.ok()) {
      Complain(kUsage, status.message());
      return false;
    }
    testees->push_back(*std::move(testee));
  }
  return true;
}

// What a run needs to be done again in the same way.
std::vector<std::string> RepeatOptions() {
  std::vector<std::string> options = {
      absl::StrCat("--seed=", absl::GetFlag(FLAGS_seed))};
  const std::string cases = UserPath(absl::GetFlag(FLAGS_cases));
  if (!cases.empty()) {
    options.push_back(
        absl::StrCat("--cases=", std::filesystem::absolute(cases).string()));
  }
  for (const char* name : {"watchdog", "start_limit"}) {
    const absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
    options.push_back(absl::StrCat("--", name, "=", flag->CurrentValue()));
  }
  return options;
}

// "python child sync  120/310, 2 not passed".
void ShowProgress(const Progress& progress) {
  std::cerr << "\r\033[K" << progress.testee << " "
            << Name(progress.run.conformance_case->role()) << " "
            << Name(progress.run.form) << "  " << progress.done << "/"
            << progress.total << ", " << progress.failures << " not passed";
  if (progress.done == progress.total) std::cerr << "\r\033[K";
  std::cerr << std::flush;
}

int Jobs() {
  const int jobs = absl::GetFlag(FLAGS_j);
  if (jobs > 0) return jobs;
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

SuiteOptions OptionsFromFlags(LogKeeper* keeper) {
  SuiteOptions options;
  options.jobs = Jobs();
  const absl::Duration watchdog = absl::GetFlag(FLAGS_watchdog);
  if (watchdog > absl::ZeroDuration()) options.watchdog = watchdog;
  options.start_limit = absl::GetFlag(FLAGS_start_limit);
  options.seed = absl::GetFlag(FLAGS_seed);
  if (isatty(STDERR_FILENO)) {
    options.on_progress = ShowProgress;
  }
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
int WriteFiles(const Report& report, bool matrix, std::ostream& out) {
  ReportFiles files =
      matrix ? FilesIn(UserPath(absl::GetFlag(FLAGS_out))) : ReportFiles();
  TakeFlags(&files, UserPath);
  const absl::Status status =
      WriteReports(report, files, absl::GetFlag(FLAGS_strict));
  if (!status.ok()) return Complain(kHarness, status.message());
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
  return !excused.unexpected.empty();
}

int RunTestees(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out) {
  const bool matrix = words[0] == "matrix";
  if (words.size() < 2) {
    return Complain(kUsage,
                    absl::StrCat(words[0], " needs a testee.json; see --help"));
  }
  absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) {
    return Complain(absl::IsInternal(material.status()) ? kHarness : kUsage,
                    material.status().message());
  }
  const absl::StatusOr<Selection> selection =
      SelectionFromFlags(material->spec);
  if (!selection.ok()) return Complain(kUsage, selection.status().message());
  const absl::StatusOr<Expectations> expectations =
      LoadExpectations(material->cases);
  if (!expectations.ok()) {
    return Complain(kUsage, expectations.status().message());
  }
  LogKeeperOptions keep;
  keep.folder = UserPath(absl::GetFlag(FLAGS_logs));
  if (matrix && keep.folder.empty()) {
    keep.folder = UserPath(absl::GetFlag(FLAGS_out)) + "/logs";
  }
  keep.passed = absl::GetFlag(FLAGS_all_logs);
  if (!matrix) keep.show = &out;
  keep.repeat_options = RepeatOptions();
  LogKeeper keeper(keep);
  SuiteOptions options = OptionsFromFlags(&keeper);
  options.selection = *selection;
  options.interrupted = &interrupted;
  bool any = false;
  for (const CaseRun& run : material->cases.Runs()) {
    any |= Selects(*selection, run, material->spec);
  }
  if (!any) {
    return Complain(kUsage,
                    absl::StrCat("no case matches --filter ", selection->filter,
                                 " and the other options; `list` shows the "
                                 "ids"));
  }
  std::vector<Testee> testees;
  if (!LoadTestees({words.begin() + 1, words.end()}, material->spec,
                   &testees)) {
    return kUsage;
  }
  const absl::StatusOr<spec::Requirements> records = RequirementRecords();
  if (!records.ok()) return Complain(kHarness, records.status().message());
  Report report = RunSuite(options, testees, material->cases, material->spec);
  if (interrupted) return Complain(kHarness, "interrupted");
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
  if (!keeper.status().ok()) {
    return Complain(kHarness, keeper.status().message());
  }
  const int written = WriteFiles(report, matrix, out);
  if (written != 0) return written;
  ComplainOfDeadClasses(report);
  const int code = ExitCode(report, absl::GetFlag(FLAGS_strict));
  return code == 0 && unexpected ? 1 : code;
}

int WriteSkeleton(const std::vector<std::string>& words, std::ostream& out) {
  if (words.size() != 2) {
    return Complain(kUsage, "expectations needs one report.json");
  }
  const absl::StatusOr<std::string> text = ReadFile(UserPath(words[1]));
  if (!text.ok()) return Complain(kUsage, text.status().message());
  Report report;
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(*text, &report, lenient)
           .ok()) {
    return Complain(kUsage, absl::StrCat(words[1], ": is no report.json"));
  }
  out << ExpectationsSkeleton(report);
  return 0;
}

int JudgeWires(const std::vector<std::string>& words, std::ostream& out) {
  if (words.size() < 2) return Complain(kUsage, "judge needs a NAME.wire");
  const absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) return Complain(kHarness, material.status().message());
  std::vector<std::string> paths;
  for (size_t i = 1; i < words.size(); ++i) paths.push_back(UserPath(words[i]));
  const absl::StatusOr<int> code = JudgeRecords(paths, material->spec, out);
  if (!code.ok()) return Complain(kUsage, code.status().message());
  return *code;
}

int ListOrExplain(const std::vector<std::string>& words, std::ostream& out) {
  absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) {
    return Complain(absl::IsInternal(material.status()) ? kHarness : kUsage,
                    material.status().message());
  }
  if (words[0] == "list") {
    if (words.size() > 1) {
      return Complain(kUsage, "list takes no words, only --filter GLOB");
    }
    const absl::StatusOr<Selection> selection =
        SelectionFromFlags(material->spec);
    if (!selection.ok()) return Complain(kUsage, selection.status().message());
    out << ListCases(material->cases, material->spec, *selection);
    return 0;
  }
  if (words.size() != 2) {
    return Complain(kUsage,
                    "explain needs one requirement or case id; `list` shows "
                    "them");
  }
  const absl::StatusOr<std::string> text =
      Explain(words[1], material->cases, material->spec);
  if (!text.ok()) return Complain(kUsage, text.status().message());
  out << *text;
  return 0;
}

int RunMutantBank(const std::atomic<bool>& interrupted, std::ostream& out) {
  absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) {
    return Complain(absl::IsInternal(material.status()) ? kHarness : kUsage,
                    material.status().message());
  }
  MutantsOptions options;
  options.registry = UserPath(absl::GetFlag(FLAGS_registry));
  options.filter = absl::GetFlag(FLAGS_filter);
  options.sample = absl::GetFlag(FLAGS_sample);
  options.every_case = absl::GetFlag(FLAGS_every_case);
  options.seed = absl::GetFlag(FLAGS_seed);
  options.jobs = Jobs();
  const absl::Duration watchdog = absl::GetFlag(FLAGS_watchdog);
  if (watchdog > absl::ZeroDuration()) options.watchdog = watchdog;
  options.write = UserPath(absl::GetFlag(FLAGS_write));
  options.check = UserPath(absl::GetFlag(FLAGS_check));
  options.out = UserPath(absl::GetFlag(FLAGS_out));
  return RunMutants(options, material->cases, material->spec, interrupted, out);
}

}  // namespace

int RunCommand(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out) {
  if (words.empty()) {
    return Complain(kUsage, absl::StrCat("say ", kSubcommands, "; see --help"));
  }
  if (words[0] == "run" || words[0] == "matrix") {
    return RunTestees(words, interrupted, out);
  }
  if (words[0] == "judge") return JudgeWires(words, out);
  if (words[0] == "expectations") return WriteSkeleton(words, out);
  if (words[0] == "list" || words[0] == "explain") {
    return ListOrExplain(words, out);
  }
  if (words[0] == "mutants") return RunMutantBank(interrupted, out);
  return Complain(kUsage, absl::StrCat("there is no subcommand '", words[0],
                                       "'; say ", kSubcommands));
}

std::string UsageText() {
  return R"(forkrpc-conformance: judges implementations of the forkrpc wire.

  run [--filter GLOB] [--logs DIR] TESTEE.json...
          runs the cases; shows the annotated wire log of each that is not passed
  matrix [--out DIR] TESTEE.json...
          the same for many testees: a table, then the logs and the report in
          every format in DIR (out/conformance)
  list [--filter GLOB]
          the cases, and the requirements that no case cites
  explain ID
          a requirement's sentence and its cases, or a case's steps
  mutants [--registry FILE] [--filter GLOB] [--sample N --seed S] [--write FILE]
          the suite against known bugs, each of which a case must find; --write
          writes the kill matrix, --check FILE compares it, --out DIR has all,
          --every_case tries cases about other clauses, too

  expectations report.json
          a list of what is not passed, for --expectations; write the reasons
  judge NAME.wire...
          what the oracle says of the wire of a run, from the folder of --logs

  --filter GLOB     over run ids (child/echo:sync:pipes) and case ids
  --req GLOB --section WORDS --level must --role child --form async
  --transport tcp   only cases that cite such requirements, and such runs
  --expectations FILE
                    runs known not to pass, each with its reason: they fail
                    nothing, but a listed run that passes does
  --seed N          where random splits cut; the same cuts on every machine
  --logs DIR        for each run not passed NAME.log, NAME.wire, NAME.repro.sh;
                    --all_logs: for the others, too
  --most_hangs 20   hangs in a row after which a class is given up; 0 = never
  --cases DIR       cases from files instead of those in this program
  --watchdog 5s     how long nothing may move; by default 20 times the testee's
                    start-up, at least 2s
  --start_limit 10s how long a testee may take for its first answer
  --md --html --json --junit --tap FILE
                    also writes the report as Markdown, one HTML page, JSON,
                    JUnit's XML or TAP 14
  --strict          exit 1 also for a SHOULD that is not met, and UNSUPPORTED
  -j N              runs at a time (one for each processor)

exit status: 0 conformant; 1 diverges; 2 usage, bad manifest or missing program;
3 the harness is broken; 4 a testee never started: it ended at once or never
answered
)";
}

}  // namespace forkrpc::conformance
