// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TakeFlags: which reports the command line asks for, and where.
//
// Linking this in declares the flags --json, --junit, --tap, --md and --html.
// One thread.
//
//   ReportFiles files = matrix ? FilesIn("out") : ReportFiles();
//   TakeFlags(&files);

#ifndef CONFORMANCE_RUNNER_CLI_REPORT_FLAGS_H_
#define CONFORMANCE_RUNNER_CLI_REPORT_FLAGS_H_

#include "conformance/runner/report/report_files.h"

namespace forkrpc::conformance {

// What a flag names, as UserPath, replaces what `files` had.
void TakeFlags(ReportFiles* files);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_REPORT_FLAGS_H_
