// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/report_flags.h"

#include <string>

#include "absl/flags/flag.h"
#include "conformance/runner/cli/command_input.h"

ABSL_FLAG(std::string, md, "", "file for the report as Markdown");
ABSL_FLAG(std::string, html, "", "file for the report as one HTML page");
ABSL_FLAG(std::string, json, "", "file for the report as JSON");
ABSL_FLAG(std::string, junit, "", "file for the report as JUnit's XML");
ABSL_FLAG(std::string, tap, "", "file for the report as TAP 14");

namespace forkrpc::conformance {

void TakeFlags(ReportFiles* files) {
  const auto take = [](const std::string& flag, std::string* file) {
    if (!flag.empty()) *file = UserPath(flag);
  };
  take(absl::GetFlag(FLAGS_md), &files->md);
  take(absl::GetFlag(FLAGS_html), &files->html);
  take(absl::GetFlag(FLAGS_json), &files->json);
  take(absl::GetFlag(FLAGS_junit), &files->junit);
  take(absl::GetFlag(FLAGS_tap), &files->tap);
}

}  // namespace forkrpc::conformance
