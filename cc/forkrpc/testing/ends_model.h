// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ExpectLoopEnds: when and how the calls of an EndsCase must end, for a Worker
// and for a WorkerPool.
//
// Says what the headers promise, and knows nothing of how it is done: a child
// is told to end, or ends; the calls that wait end with what ended them first.
//
//   const ExpectedEnds expected = ExpectLoopEnds(one, LoopEndsRules::kWorker);

#ifndef FORKRPC_TESTING_ENDS_MODEL_H_
#define FORKRPC_TESTING_ENDS_MODEL_H_

#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"

namespace forkrpc {

enum class LoopEndsRules {
  kWorker,
  // "terminate" is a drain without any grace. A pool is not paused. It is
  // destroyed only when it was told to drain.
  kPool,
};

ExpectedEnds ExpectLoopEnds(const EndsCase& one, LoopEndsRules rules);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_MODEL_H_
