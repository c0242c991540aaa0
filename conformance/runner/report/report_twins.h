// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What became of the twins of the cases that failed.
//
// A case about what is in error has a twin that is not; a testee that fails
// both has another fault than the one that the case is about. Pure; any thread.
//
//   NoteTwins(&report);
//   out << TwinText(run);

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_TWINS_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_TWINS_H_

#include <string>

#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// Sets `twin` and `twin_verdict` of each run with FAIL, CRASH or HANG whose
// case has a twin that was tried in the same class; clears them of the others.
// The report's suite says which case is whose twin.
void NoteTwins(Report* report);

// "its twin child/echo failed too (FAIL): the fault may be elsewhere", "its
// twin child/echo passed", or "" where nothing is noted.
std::string TwinText(const RunResult& run);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_TWINS_H_
