// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StepText: a step of a case in words.
//
// For logs and `explain`: one line for a short step, else a line for each item,
// indented. Payloads are described, not printed. Pure; any thread.
//
//   StepText(step) == "send request a: 3 octets 45 68 69 \"Ehi\""

#ifndef CONFORMANCE_RUNNER_CASES_STEP_TEXT_H_
#define CONFORMANCE_RUNNER_CASES_STEP_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// No line feed at the end. Lines behind the first begin with `indent`.
std::string StepText(const Step& step, absl::string_view indent);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_STEP_TEXT_H_
