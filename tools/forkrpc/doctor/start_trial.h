// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StartTrial: does a probe answer at all, and what does it find of its process?
//
// Settles requests_arrive, nothing_else, stderr_apart, stderr_arrives and what
// the report says of signals and descriptors. One thread.
//
//   absl::Status started = TryStart(link.get(), way, &examination);

#ifndef TOOLS_FORKRPC_DOCTOR_START_TRIAL_H_
#define TOOLS_FORKRPC_DOCTOR_START_TRIAL_H_

#include "absl/status/status.h"
#include "tools/forkrpc/doctor/examination.h"
#include "tools/forkrpc/doctor/probe_link.h"

namespace forkrpc::cli {

// An error if no probe has answered: then nothing can be said of the way. OK,
// and kRequestsArrive is broken, if one has, but not to what it was asked.
absl::Status TryStart(ProbeLink* link, const Way& way,
                      Examination* examination);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_START_TRIAL_H_
