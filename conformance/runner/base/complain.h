// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Complain: the one line that says why a command fails, and its exit status.
//
// It goes to std::cerr, so that what stands on standard output is the result
// alone. Call from main's thread.
//
//   if (!cases.ok()) return Complain(cases.status());
//   if (words.empty()) return Complain(kUsage, "say which case");

#ifndef CONFORMANCE_RUNNER_BASE_COMPLAIN_H_
#define CONFORMANCE_RUNNER_BASE_COMPLAIN_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// The exit statuses of forkrpc-conformance.
constexpr int kConformant = 0;
constexpr int kDiverges = 1;       // for `mutants`: one is not as registered
constexpr int kUsage = 2;          // or a bad manifest, or a missing program
constexpr int kHarness = 3;        // the suite itself is broken
constexpr int kNeverStarted = 4;   // a testee ended at once or never answered
constexpr int kNothingTested = 5;  // nothing is installed, or can be looked at
constexpr int kSignalled = 128;    // and the signal's number: interrupted

// "forkrpc-conformance: MESSAGE". Returns `code`.
int Complain(int code, absl::string_view message);

// The same of an error: kHarness if it is Internal, which only we can be blamed
// for, else kUsage.
int Complain(const absl::Status& status);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_COMPLAIN_H_
