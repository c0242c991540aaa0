// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_files.h"

#include "absl/status/statusor.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/report/report.h"
#include "conformance/runner/report/report_html.h"
#include "conformance/runner/report/report_junit.h"
#include "conformance/runner/report/report_tap.h"

namespace forkrpc::conformance {

std::vector<std::string> ReportFiles::Paths() const {
  std::vector<std::string> paths;
  for (const std::string& path : {md, html, json, junit, tap}) {
    if (!path.empty()) paths.push_back(path);
  }
  return paths;
}

ReportFiles FilesIn(const std::string& folder) {
  return {folder + "/report.md", folder + "/report.html",
          folder + "/report.json", folder + "/junit.xml",
          folder + "/report.tap"};
}

absl::Status WriteReports(const Report& report, const ReportFiles& files,
                          bool strict) {
  absl::Status status;
  if (!files.md.empty()) status.Update(WriteFile(files.md, Markdown(report)));
  if (!files.html.empty()) status.Update(WriteFile(files.html, Html(report)));
  if (!files.json.empty()) {
    const absl::StatusOr<std::string> json = Json(report);
    status.Update(json.ok() ? WriteFile(files.json, *json) : json.status());
  }
  if (!files.junit.empty()) {
    status.Update(WriteFile(files.junit, Junit(report, strict)));
  }
  if (!files.tap.empty()) {
    status.Update(WriteFile(files.tap, Tap(report, strict)));
  }
  return status;
}

}  // namespace forkrpc::conformance
