// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/commands.h"

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/cli/command_input.h"
#include "conformance/runner/cli/explain.h"
#include "conformance/runner/cli/interop_command.h"
#include "conformance/runner/cli/judge_command.h"
#include "conformance/runner/cli/run_command.h"
#include "conformance/runner/cli/selection_flags.h"
#include "conformance/runner/cli/vectors_command.h"
#include "conformance/runner/mutants/mutants_command.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/verdict/expectations.h"
#include "google/protobuf/util/json_util.h"

ABSL_FLAG(std::string, registry, "conformance/mutants/registry.textproto",
          "the mutants");
ABSL_FLAG(int, sample, 0, "so many mutants, chosen by the seed; 0 = all");
ABSL_FLAG(bool, every_case, false, "mutants: also cases about other clauses");
ABSL_FLAG(std::string, write, "", "file for the kill matrix");
ABSL_FLAG(bool, runs, true, "list: below each case the ids of its runs");
ABSL_FLAG(std::string, check, "", "kill matrix that must be right");
ABSL_DECLARE_FLAG(std::vector<std::string>, filter);

namespace forkrpc::conformance {
namespace {

// The release; the same as in MODULE.bazel.
constexpr char kVersion[] = "0.2.0";

constexpr char kSubcommands[] =
    "run, matrix, list, explain, interop, tap, vectors, judge, expectations, "
    "mutants, fuzz, shrink or replay";

int WriteSkeleton(const std::vector<std::string>& words, std::ostream& out) {
  if (words.size() != 2) {
    return Complain(kUsage, "expectations needs one report.json");
  }
  const absl::StatusOr<std::string> text = ReadFile(UserPath(words[1]));
  if (!text.ok()) return Complain(text.status());
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
  if (!material.ok()) return Complain(material.status());
  std::vector<std::string> paths;
  for (size_t i = 1; i < words.size(); ++i) paths.push_back(UserPath(words[i]));
  const absl::StatusOr<int> code = JudgeRecords(paths, material->spec, out);
  if (!code.ok()) return Complain(code.status());
  return *code;
}

int ListOrExplain(const std::vector<std::string>& words, std::ostream& out) {
  absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) return Complain(material.status());
  if (words[0] == "list") {
    if (words.size() > 1) {
      return Complain(kUsage, "list takes no words, only --filter GLOB");
    }
    const absl::StatusOr<Selection> selection =
        SelectionFromFlags(material->spec);
    if (!selection.ok()) return Complain(selection.status());
    out << ListCases(
        material->cases, material->spec, *selection,
        absl::GetFlag(FLAGS_runs) ? ListDetail::kRuns : ListDetail::kCases);
    return 0;
  }
  if (words.size() != 2) {
    return Complain(kUsage,
                    "explain needs one requirement or case id; `list` shows "
                    "them");
  }
  const absl::StatusOr<std::string> text =
      Explain(words[1], material->cases, material->spec);
  if (!text.ok()) return Complain(text.status());
  out << *text;
  return 0;
}

int RunMutantBank(const std::atomic<bool>& interrupted, std::ostream& out) {
  absl::StatusOr<Material> material = LoadMaterial();
  if (!material.ok()) return Complain(material.status());
  MutantsOptions options;
  options.registry = UserPath(absl::GetFlag(FLAGS_registry));
  options.filter = absl::GetFlag(FLAGS_filter);
  options.sample = absl::GetFlag(FLAGS_sample);
  options.every_case = absl::GetFlag(FLAGS_every_case);
  options.seed = Seed();
  options.jobs = Jobs();
  options.watchdog = Watchdog().value_or(options.watchdog);
  options.write = UserPath(absl::GetFlag(FLAGS_write));
  options.check = UserPath(absl::GetFlag(FLAGS_check));
  options.out = OutFolder();
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
  if (words[0] == "interop") return RunInterop(words, interrupted, out);
  if (words[0] == "tap") {
    return Complain(kUsage, "the options of tap stand behind that word");
  }
  if (words[0] == "judge") return JudgeWires(words, out);
  if (words[0] == "expectations") return WriteSkeleton(words, out);
  if (words[0] == "list" || words[0] == "explain") {
    return ListOrExplain(words, out);
  }
  if (words[0] == "vectors") return RunVectors(words, out);
  if (words[0] == "mutants") return RunMutantBank(interrupted, out);
  return Complain(kUsage, absl::StrCat("there is no subcommand '", words[0],
                                       "'; say ", kSubcommands));
}

int SayVersion(std::ostream& out) {
  const absl::StatusOr<spec::Requirements> records = RequirementRecords();
  if (!records.ok()) return Complain(records.status());
  out << "forkrpc-conformance " << kVersion << ", specification "
      << records->version() << "\n";
  return 0;
}

std::string UsageText() {
  return R"(forkrpc-conformance: judges implementations of the forkrpc wire.

  run [--filter GLOB] [--logs DIR] TESTEE.json...
          runs the cases; shows the annotated wire log of each that is not passed
  matrix [--out DIR] TESTEE.json...
          the same for many testees: a table, then the logs and the report in
          every format in DIR (out/conformance)
  interop [--json FILE] [--logs DIR] TESTEE.json...
          every parent of the testees with every child of them, in both forms: a
          table of who cannot talk to whom, and which of the two broke what; in
          DIR log, record and capture of each
  list [--filter GLOB] [--noruns]
          the cases with the ids of their runs, and the requirements that no case
          cites; --noruns: one line for each case
  explain ID
          a requirement's sentence and its cases, or a case's steps
  vectors list | vectors export DIR
          the specification's test vectors, which this program has inside: one
          line for each, or all their files in DIR (JSON, TSV and raw octets)
  mutants [--registry FILE] [--filter GLOB] [--sample N --seed S] [--write FILE]
          the suite against known bugs, each of which a case must find; --write
          writes the kill matrix, --check FILE compares it, --out DIR has all,
          --every_case tries cases about other clauses, too

  expectations report.json
          a list of what is not passed, for --expectations; write the reasons
  judge NAME.wire...
          what the oracle says of the wire of a run, from the folder of --logs

  --filter GLOB     over run ids (child/echo:sync:pipes) and case ids, all of one;
                    child/echo:sync is child/echo:sync:socketpair:whole, and both
                    match: `explain axes` says what a run's id is made of. Given
                    again, or A,B: what matches any; @FILE: a glob a line
  --skip GLOB       likewise, what is left out
  --req GLOB --section WORDS --level must --role child --form async
  --transport tcp   only cases that cite such requirements, and such runs
  --expectations FILE
                    runs known not to pass, each with its reason: they fail
                    nothing, but a listed run that passes does, unless it is
                    listed as flaky
  --seed N          where random splits cut; the same cuts on every machine
  --logs DIR        for each run not passed NAME.log, NAME.wire, NAME.repro.sh;
                    --all_logs: for the others, too
  --most_hangs 20   hangs in a row after which a class is given up; 0 = never
  --progress 10s    how often a line says how far it is, where standard error is
                    no terminal; 0 = never
  --cases DIR       cases from files instead of those in this program
  --watchdog 5s     how long nothing may move; by default 20 times the testee's
                    start-up, at least 2s
  --start_limit 10s how long a testee may take for its first answer
  --md --html --json --junit --tap FILE
                    also writes the report as Markdown, one HTML page, JSON,
                    JUnit's XML or TAP 14
  --wait            run, of exactly one run: says the testee's process, and begins
                    when Enter is pressed; no watchdog, Ctrl-C ends it
  --gdb             likewise, with the testee under gdb from its first instruction
  --strict          exit 1 also for a SHOULD that is not met, UNSUPPORTED, and
                    what could not be looked at
  -j N              runs at a time (two for each processor, as many wait)
  --fresh           a process for each run, though the testee serves many

  --version         of this program, and of the specification inside

exit status: 0 conformant; 1 diverges; 2 usage, bad manifest, missing program or
an output that cannot be written; 3 the harness is broken; 4 a testee never
started: it ended at once or never answered; 5 nothing was tested: no testee is
installed, or nothing could be looked at; 128 and the signal's number: interrupted
(what has run is reported)
)";
}

}  // namespace forkrpc::conformance
