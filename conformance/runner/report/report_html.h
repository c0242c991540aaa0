// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A completed Report as one HTML page that fetches nothing.
//
// The page is html/page.html with its style sheet, its scripts and the report
// as JSON put in; the scripts draw it. Nothing that a testee wrote is markup,
// and the page stays small: only runs that are not passed have logs, of a cell
// only the first ones, and each is cut. Pure function; any thread.
//
//   absl::Status status = WriteFile("report.html", Html(report));

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_HTML_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_HTML_H_

#include <cstddef>
#include <string>

#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// Octets of one wire log, and of all together. When the second is used up, the
// page names the log's file and the command to reproduce it.
constexpr size_t kPageLogOctets = 6 * 1024;
constexpr size_t kPageAllLogsOctets = 256 * 1024;
// Runs of one case and class that are described, and of them with a log.
constexpr int kPageRunsOfCell = 6;
constexpr int kPageLogsOfCell = 2;
// Runs that are described in all; if there are more, fewer of each cell are,
// but one.
constexpr size_t kPageAllRuns = 2500;
// Octets of what testees wrote to standard error. It may be the cause, so a run
// without a log has it, too, until these are used up.
constexpr size_t kPageAllErrorsOctets = 256 * 1024;

// CompleteReport comes first: a run of a case that is not in report.suite() has
// no row.
std::string Html(const Report& report);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_HTML_H_
