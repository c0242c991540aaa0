// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MakeDriver: the driver for a run's role.
//
// Any thread; the session must outlive the driver, which holds a copy of the
// run.
//
//   std::unique_ptr<Driver> driver = MakeDriver(run, seed, &session);

#ifndef CONFORMANCE_RUNNER_PLAY_MAKE_DRIVER_H_
#define CONFORMANCE_RUNNER_PLAY_MAKE_DRIVER_H_

#include <cstdint>
#include <memory>

#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/play/driver.h"
#include "conformance/runner/play/session.h"

namespace forkrpc::conformance {

// `seed` is that of random splits.
std::unique_ptr<Driver> MakeDriver(const CaseRun& run, uint64_t seed,
                                   Session* session);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_MAKE_DRIVER_H_
