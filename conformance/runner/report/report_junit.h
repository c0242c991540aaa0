// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A Report as JUnit's XML, which build servers read.
//
// One suite for each class that ran or did not start, one test case for each
// run. What fails here is what the exit status says failed: a SHOULD that is
// not met and what a testee does not support are skipped, so that nobody counts
// them as passed; HARNESS is an error, and so is a program that did not start.
// Pure; any thread; well-formed UTF-8 whatever a testee wrote.
//
//   absl::Status status = WriteFile("junit.xml", Junit(report, strict));

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_JUNIT_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_JUNIT_H_

#include <string>

#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// `strict` as in OutcomeOf. Wire logs and errors are the cases' system-out and
// system-err.
std::string Junit(const Report& report, bool strict);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_JUNIT_H_
