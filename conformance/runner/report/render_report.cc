// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A tool for tests: writes every report of results that are already there.
// Usage: render_report RESULTS FOLDER; RESULTS is a Report as .json or as
// .textproto, and is scored again. Exit status: 0 written, 1 not.

#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/report/report_files.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/report/report_twins.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace conformance = ::forkrpc::conformance;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: render_report RESULTS FOLDER\n";
    return 1;
  }
  const absl::StatusOr<std::string> text = conformance::ReadFile(argv[1]);
  if (!text.ok()) {
    std::cerr << "render_report: " << text.status().message() << "\n";
    return 1;
  }
  conformance::Report report;
  const bool parsed =
      absl::EndsWith(argv[1], ".json")
          ? google::protobuf::util::JsonStringToMessage(*text, &report).ok()
          : google::protobuf::TextFormat::ParseFromString(*text, &report);
  if (!parsed) {
    std::cerr << "render_report: " << argv[1] << " is no report\n";
    return 1;
  }
  conformance::NoteTwins(&report);
  conformance::ScoreClasses(&report);
  const absl::Status status = conformance::WriteReports(
      report, conformance::FilesIn(argv[2]), /*strict=*/false);
  if (!status.ok()) std::cerr << "render_report: " << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
