// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/interop_command.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "conformance/interop/interop.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/base/message_json.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/cli/command_input.h"
#include "conformance/runner/cli/load_testees.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/testee/manifest.h"

ABSL_DECLARE_FLAG(std::string, json);
ABSL_DECLARE_FLAG(std::string, logs);

namespace forkrpc::conformance {
namespace {

// One line of a terminal, which each pair writes over.
void ShowProgress(size_t done, size_t total) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::cerr << absl::StrCat("\r\033[Kinterop ", done, "/", total, " pairs",
                            done == total ? "\r\033[K" : "")
            << std::flush;
}

int CodeOf(const InteropReport& report) {
  bool fine = false;
  bool not_started = false;
  for (const InteropPair& pair : report.pairs()) {
    if (pair.verdict() == InteropPair::BROKEN) return kDiverges;
    fine |= pair.verdict() == InteropPair::FINE;
    not_started |= pair.verdict() == InteropPair::NOT_TRIED &&
                   pair.why().find(" is not installed: ") == std::string::npos;
  }
  if (not_started) return kNeverStarted;
  return fine ? kConformant : kNothingTested;
}

}  // namespace

int RunInterop(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out) {
  if (words.size() < 2) {
    return Complain(kUsage, "interop needs a TESTEE.json, or several");
  }
  const absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());
  if (!spec.ok()) return Complain(kHarness, spec.status().message());
  std::vector<Testee> testees;
  if (!LoadTestees({words.begin() + 1, words.end()}, *spec, &testees)) {
    return kUsage;
  }
  const std::string json = UserPath(absl::GetFlag(FLAGS_json));
  if (!json.empty()) {
    const absl::Status writable = CheckWritable(json);
    if (!writable.ok()) return Complain(writable);
  }
  InteropOptions options;
  options.jobs = Jobs();
  options.limit = Watchdog().value_or(options.limit);
  options.logs = UserPath(absl::GetFlag(FLAGS_logs));
  options.interrupted = &interrupted;
  options.progress = ShowProgress;
  InteropReport report = PlayAll(testees, options);
  const absl::StatusOr<spec::Requirements> records = RequirementRecords();
  if (records.ok()) report.set_specification(records->version());
  out << InteropTable(report);
  if (!json.empty()) {
    absl::StatusOr<std::string> text = MessageJson(report);
    absl::Status status = text.status();
    if (status.ok()) status = WriteFile(json, *text);
    if (!status.ok()) return Complain(status);
  }
  return CodeOf(report);
}

}  // namespace forkrpc::conformance
