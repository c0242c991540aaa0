// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What is told of processes that served many sessions: what they did otherwise
// than a process of its own, and why not all that could share one did.
//
// Every format of the report says it in these words. Pure; any thread.
//
//   for (const SharedDifference& each : result.differences()) {
//     out << each.run() << ": " << DifferenceText(each) << "\n";
//   }

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_SHARED_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_SHARED_H_

#include <string>

#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// "as session 7 of a process FAIL: ...; in a process of its own PASS, which
// counts", on one line and legible.
std::string DifferenceText(const SharedDifference& difference);

// Why processes of the class do not serve many sessions though the testee can;
// "" where nothing hinders them. On one line and legible.
std::string NotSharedText(const ClassResult& each);

// For the terminal: "DIFFERS     NAME  RUN" with the text on a line below it,
// and "NOT SHARED  NAME  CLASS: ..."; "" where there is nothing to tell.
std::string SharedText(const Report& report);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_SHARED_H_
