// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ExpectPipelinedEnds, ExpectBlockingEnds: when and how the calls of an
// EndsCase must end for the two clients without a loop.
//
// What the child does comes at its time. What the user does comes in order, at
// its time or as soon as the function before has returned. "drain" is Close(),
// "terminate" is WorkerProcess::Terminate(), "destroy" the destructor. Says
// what the headers promise, and knows nothing of how it is done.
//
//   const ExpectedEnds expected = ExpectPipelinedEnds(one);

#ifndef FORKRPC_TESTING_ENDS_BLOCKING_MODEL_H_
#define FORKRPC_TESTING_ENDS_BLOCKING_MODEL_H_

#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"

namespace forkrpc {

// Both calls are started, then WaitAny() is called until the user's next action
// is due; in the end until both have ended. Then the client is destroyed.
ExpectedEnds ExpectPipelinedEnds(const EndsCase& one);

// A is called, then the user's actions follow, then B is called and the client
// destroyed.
ExpectedEnds ExpectBlockingEnds(const EndsCase& one);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_BLOCKING_MODEL_H_
