// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// OctetsTrial: do octets pass unchanged, both ways at once, and how fast?
//
// Settles octets_down, octets_up and both_full, and measures the round trip and
// the rates. One thread.
//
//   TryOctets(link.get(), MonotonicNow() + absl::Seconds(8), &examination);

#ifndef TOOLS_FORKRPC_DOCTOR_OCTETS_TRIAL_H_
#define TOOLS_FORKRPC_DOCTOR_OCTETS_TRIAL_H_

#include "forkrpc/base/monotonic_time.h"
#include "tools/forkrpc/doctor/examination.h"
#include "tools/forkrpc/doctor/probe_link.h"

namespace forkrpc::cli {

// Whether the link may still be used: all of it holds.
bool TryOctets(ProbeLink* link, MonotonicTime deadline,
               Examination* examination);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_OCTETS_TRIAL_H_
