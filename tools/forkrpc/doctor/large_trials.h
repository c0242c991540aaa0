// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LargeTrials: fifty large answers behind the half-close, some at a time.
//
// Every second worker exits with another status than 0. Settles large_answer,
// last_answer and exit_status. Makes threads, and has joined them when it
// returns.
//
//   TryLargeAnswers(way, deadline, &examination);

#ifndef TOOLS_FORKRPC_DOCTOR_LARGE_TRIALS_H_
#define TOOLS_FORKRPC_DOCTOR_LARGE_TRIALS_H_

#include "forkrpc/base/monotonic_time.h"
#include "tools/forkrpc/doctor/examination.h"
#include "tools/forkrpc/doctor/probe_link.h"

namespace forkrpc::cli {

inline constexpr int kLargeTrials = 50;

// Adds to examination->starts.
void TryLargeAnswers(const Way& way, MonotonicTime deadline,
                     Examination* examination);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_LARGE_TRIALS_H_
