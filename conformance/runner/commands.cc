// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/commands.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "conformance/runner/case_loader.h"
#include "conformance/runner/embedded.h"
#include "conformance/runner/explain.h"
#include "conformance/runner/manifest.h"
#include "conformance/runner/report.h"
#include "conformance/runner/spec_text.h"
#include "conformance/runner/suite.h"

ABSL_FLAG(std::string, filter, "*", "glob over run and case ids");
ABSL_FLAG(std::string, logs, "", "folder for the logs of runs not passed");
ABSL_FLAG(std::string, out, "out/conformance", "folder for matrix's report");
ABSL_FLAG(std::string, cases, "", "folder of cases instead of those inside");
ABSL_FLAG(absl::Duration, watchdog, absl::ZeroDuration(),
          "silence that is called a hang; 0 = scaled by the start-up");
ABSL_FLAG(absl::Duration, start_limit, absl::Seconds(10),
          "time for a testee's first answer");
ABSL_FLAG(bool, strict, false, "exit 1 also for SHOULD and UNSUPPORTED");
ABSL_FLAG(int, j, 0, "runs at a time; 0 = one for each processor");

namespace forkrpc::conformance {
namespace {

constexpr int kUsage = 2;
constexpr int kHarness = 3;

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

// "out/python/child-echo.sync.pipes.log".
std::string LogPath(const std::string& folder, const std::string& testee,
                    const RunResult& result) {
  return absl::StrCat(
      folder, "/", testee, "/",
      absl::StrReplaceAll(result.id(), {{"/", "-"}, {":", "."}}), ".log");
}

// Where a hidden failure to write a log is kept until the end.
struct LogKeeper {
  std::string folder;  // "": keep none
  std::ostream* show;  // null: show none
  absl::Status status;

  std::string Keep(const Testee& testee, const RunResult& result,
                   const std::string& log) {
    const bool unsupported = result.verdict() == UNSUPPORTED;
    if (show != nullptr && !unsupported) {
      *show << std::string(78, '-') << "\n" << log << "\n";
    }
    if (folder.empty()) return "";
    const std::string path = LogPath(folder, testee.manifest().name(), result);
    status.Update(WriteFile(path, log));
    return path;
  }
};

SuiteOptions OptionsFromFlags(LogKeeper* keeper) {
  SuiteOptions options;
  options.filter = absl::GetFlag(FLAGS_filter);
  options.jobs = absl::GetFlag(FLAGS_j);
  if (options.jobs <= 0) {
    options.jobs = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
  }
  const absl::Duration watchdog = absl::GetFlag(FLAGS_watchdog);
  if (watchdog > absl::ZeroDuration()) options.watchdog = watchdog;
  options.start_limit = absl::GetFlag(FLAGS_start_limit);
  if (isatty(STDERR_FILENO)) {
    options.on_progress = [](int done, int total) {
      std::cerr << "\r" << done << "/" << total
                << (done == total ? "\r\033[K" : " runs") << std::flush;
    };
  }
  options.on_log = [keeper](const Testee& testee, const RunResult& result,
                            const std::string& log) {
    return keeper->Keep(testee, result, log);
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
      Complain(kUsage, absl::StrCat(testee.manifest(), ": ", Name(each.role()),
                                    ".", Name(each.form()), ": ", each.note()));
    }
  }
}

int WriteReports(const Report& report, const std::string& folder,
                 std::ostream& out) {
  const absl::StatusOr<std::string> json = Json(report);
  absl::Status status = json.status();
  if (status.ok()) status = WriteFile(folder + "/report.json", *json);
  if (status.ok()) status = WriteFile(folder + "/report.md", Markdown(report));
  if (!status.ok()) return Complain(kHarness, status.message());
  out << "report: " << folder << "/report.md, " << folder << "/report.json\n";
  return 0;
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
  LogKeeper keeper = {UserPath(absl::GetFlag(FLAGS_logs)),
                      matrix ? nullptr : &out, absl::OkStatus()};
  const std::string folder = UserPath(absl::GetFlag(FLAGS_out));
  if (matrix && keeper.folder.empty()) keeper.folder = folder + "/logs";
  SuiteOptions options = OptionsFromFlags(&keeper);
  options.interrupted = &interrupted;
  bool any = false;
  for (const CaseRun& run : material->cases.Runs()) {
    any |= Chooses(options.filter, run);
  }
  if (!any) {
    return Complain(kUsage,
                    absl::StrCat("no case matches --filter ", options.filter,
                                 "; `list` shows the ids"));
  }
  std::vector<Testee> testees;
  if (!LoadTestees({words.begin() + 1, words.end()}, material->spec,
                   &testees)) {
    return kUsage;
  }
  const Report report =
      RunSuite(options, testees, material->cases, material->spec);
  if (interrupted) return Complain(kHarness, "interrupted");
  out << SummaryTable(report);
  const std::string divergences = Divergences(report);
  if (!divergences.empty()) out << "\n" << divergences;
  if (!keeper.status.ok()) {
    return Complain(kHarness, keeper.status.message());
  }
  if (matrix) {
    out << "\n";
    const int written = WriteReports(report, folder, out);
    if (written != 0) return written;
  }
  ComplainOfDeadClasses(report);
  return ExitCode(report, absl::GetFlag(FLAGS_strict));
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
    out << ListCases(material->cases, material->spec,
                     absl::GetFlag(FLAGS_filter));
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

}  // namespace

int RunCommand(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out) {
  if (words.empty()) {
    return Complain(kUsage, "say run, matrix, list or explain; see --help");
  }
  if (words[0] == "run" || words[0] == "matrix") {
    return RunTestees(words, interrupted, out);
  }
  if (words[0] == "list" || words[0] == "explain") {
    return ListOrExplain(words, out);
  }
  return Complain(kUsage, absl::StrCat("there is no subcommand '", words[0],
                                       "'; say run, matrix, list or explain"));
}

std::string UsageText() {
  return R"(forkrpc-conformance: judges implementations of the forkrpc wire.

  run [--filter GLOB] [--logs DIR] TESTEE.json...
          runs the cases; shows the annotated wire log of each that is not passed
  matrix [--out DIR] TESTEE.json...
          the same for many testees: a table, then report.md, report.json and
          the logs in DIR (out/conformance)
  list [--filter GLOB]
          the cases, and the requirements that no case cites
  explain ID
          a requirement's sentence and its cases, or a case's steps

  --filter GLOB     over run ids (child/echo:sync:pipes) and case ids
  --cases DIR       cases from files instead of those in this program
  --watchdog 5s     how long nothing may move; by default 20 times the testee's
                    start-up, at least 2s
  --start_limit 10s how long a testee may take for its first answer
  --strict          exit 1 also for a SHOULD that is not met, and UNSUPPORTED
  -j N              runs at a time (one for each processor)

exit status: 0 conformant; 1 diverges; 2 usage, bad manifest, missing program or
a program that ends at once; 3 the harness is broken; 4 a testee never answered
)";
}

}  // namespace forkrpc::conformance
