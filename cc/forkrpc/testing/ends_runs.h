// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunWorkerEnds and others: what the user does in an EndsCase, for each class
// that has calls, and how these ended.
//
// The loops' users make both calls at once and act from the loop.
// ends_blocking_model.h says what the users of the other two do. A worker, a
// loop and a client that cannot be ended are left behind.
//
//   const EndsRecord record = RunWorkerEnds(one, &stage);

#ifndef FORKRPC_TESTING_ENDS_RUNS_H_
#define FORKRPC_TESTING_ENDS_RUNS_H_

#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/ends_stage.h"

namespace forkrpc {

// On a LibuvLoop.
EndsRecord RunWorkerEnds(const EndsCase& one, EndsStage* stage);
// The same, with one worker that has both calls.
EndsRecord RunPoolEnds(const EndsCase& one, EndsStage* stage);
EndsRecord RunPipelinedEnds(const EndsCase& one, EndsStage* stage);
EndsRecord RunBlockingEnds(const EndsCase& one, EndsStage* stage);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_RUNS_H_
