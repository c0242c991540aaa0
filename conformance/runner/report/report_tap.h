// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A Report in the Test Anything Protocol, version 14.
//
// One test point for each run, with the finding as a YAML block. What is `not
// ok` here is what the exit status says failed: a SHOULD that is not met is
// TODO, what a testee does not support SKIP, and a program that did not start
// is a failed point of its own. Pure; any thread; one line feed ends each line,
// whatever a testee wrote.
//
//   std::cout << Tap(report, /*strict=*/false);

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_TAP_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_TAP_H_

#include <string>

#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// `strict` as in OutcomeOf.
std::string Tap(const Report& report, bool strict);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_TAP_H_
