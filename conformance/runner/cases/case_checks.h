// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a single case must satisfy before it may judge anybody.
//
// Pure functions; any thread.
//
//   absl::Status status = CheckCase(parsed, "child/echo", spec);

#ifndef CONFORMANCE_RUNNER_CASES_CASE_CHECKS_H_
#define CONFORMANCE_RUNNER_CASES_CASE_CHECKS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/cases/spec_text.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// InvalidArgument if the case, read from a file called `id`, contradicts itself
// or the specification: see CaseSet's invariants.
absl::Status CheckCase(const Case& conformance_case, absl::string_view id,
                       const SpecText& spec);

// InvalidArgument if `twin`, the case that `conformance_case` names as its twin
// or null if there is none, cannot show that a testee does well where nothing
// is in error: it must exist, of the same role, in every form, and itself be
// without error.
absl::Status CheckTwin(const Case& conformance_case, const Case* twin);

// The largest payload that the testee may send in this case, in octets. A
// longer length field is a broken header and need not be waited for.
uint64_t LargestExpectedPayload(const Case& conformance_case);

// The largest payload sent or expected in this case, in octets.
uint64_t LargestPayload(const Case& conformance_case);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_CASE_CHECKS_H_
