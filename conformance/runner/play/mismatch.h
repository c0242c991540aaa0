// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Mismatch: the testee did what it must not; with the clause, where it is
// known.
//
// The clause travels in the status as a payload, so that whoever judges needs
// not read the text. Pure functions; any thread.
//
//   return Mismatch("the request has id 0, which is an event's", "FR-SID-001");
//   ... BrokenRequirement(status) == "FR-SID-001"

#ifndef CONFORMANCE_RUNNER_PLAY_MISMATCH_H_
#define CONFORMANCE_RUNNER_PLAY_MISMATCH_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// Clauses that octets themselves show broken, whatever is waited for.
constexpr char kLengthCountsPayload[] = "FR-FRM-005";
constexpr char kNothingBetweenFrames[] = "FR-FRM-008";

// FailedPrecondition. `req` is the clause if it is known here, whatever step it
// was found in.
absl::Status Mismatch(absl::string_view what, absl::string_view req = "");

// `status` with the clause, and with `more` behind its text.
absl::Status Blaming(const absl::Status& status, absl::string_view req,
                     absl::string_view more = "");

// The clause that Mismatch or Blaming was given, or "".
std::string BrokenRequirement(const absl::Status& status);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_MISMATCH_H_
