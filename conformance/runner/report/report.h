// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A Report as people read it, and as JSON; report_files.h has all formats.
//
// Pure functions over the result proto. Any thread.
//
//   std::cout << SummaryTable(report) << Divergences(report);

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// One line for each testee and class: MUST and SHOULD passed of total, and how
// often each verdict was given; counted in runs, as it says below. Then, of a
// completed report, how many requirements no case cites.
std::string SummaryTable(const Report& report);

// Every run that is not passed, with its reason and clause; "" if there is
// none.
std::string Divergences(const Report& report);

// Score, verdicts, what is not passed, and the requirements that no case cites.
std::string Markdown(const Report& report);
// See MessageJson.
absl::StatusOr<std::string> Json(const Report& report);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_H_
