// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// NeedsOwnProcess: which cases are of use only in a process of their own.
//
// A process that serves many sessions says itself how one ended, is given
// descriptors that it has opened, and has a history. So what is about a
// process, or about its end, is not shown by it. Any thread.
//
//   if (!NeedsOwnProcess(*run.conformance_case)) RunAsOneOfMany(run);

#ifndef CONFORMANCE_RUNNER_CASES_OWN_PROCESS_H_
#define CONFORMANCE_RUNNER_CASES_OWN_PROCESS_H_

#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// Whether a step looks at the process itself (memory, descriptors) or at what
// was made for it (descriptors that are non-blocking).
bool LooksAtProcess(const Case& conformance_case);

// Whether, besides, it is about an end (its main clause is one of a child's
// closing or process, or the runner closes the wire at once) or fills the wire,
// which then must have the room that the runner gives it.
bool NeedsOwnProcess(const Case& conformance_case);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_OWN_PROCESS_H_
