// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Examine: tries each promise through one way.
//
// Blocks the caller, for 15 s at most, or 95 s if it is to try the answer after
// 75 s. Starts the launcher, or connects, at most 60 times. Makes threads, and
// has joined them when it returns; whatever it has started is gone then.
//
//   absl::StatusOr<Examination> found = Examine(way, /*slow=*/false, nullptr);

#ifndef TOOLS_FORKRPC_DOCTOR_EXAMINER_H_
#define TOOLS_FORKRPC_DOCTOR_EXAMINER_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/doctor/examination.h"
#include "tools/forkrpc/doctor/probe_link.h"

namespace forkrpc::cli {

// An error if nothing can be said of the way: the launcher is missing, nobody
// answers, what answers is no probe. `on_progress`, if there is one, is told
// what is tried next.
absl::StatusOr<Examination> Examine(
    const Way& way, bool slow,
    const std::function<void(absl::string_view)>& on_progress);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_EXAMINER_H_
