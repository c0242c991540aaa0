// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The files that a Report is written to, one for each format.
//
// One thread.
//
//   absl::Status status = WriteReports(report, FilesIn("out"), strict);

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_FILES_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// Paths; "" is not written.
struct ReportFiles {
  std::string md;
  std::string html;
  std::string json;
  std::string junit;
  std::string tap;

  // Those that are written, in that order.
  std::vector<std::string> Paths() const;
};

// report.md, report.html, report.json, junit.xml and report.tap in the folder.
ReportFiles FilesIn(const std::string& folder);

// Creates the folders it needs. Internal, with the path, for the first file
// that cannot be written. `strict` as in OutcomeOf.
absl::Status WriteReports(const Report& report, const ReportFiles& files,
                          bool strict);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_FILES_H_
