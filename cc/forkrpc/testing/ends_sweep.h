// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SweepEnds: runs and judges all EndsCases with sequences that begin with one
// action, and says how many there were and which are wrong.
//
// The shortest sequences come first, so that the first failure that is printed
// is the simplest. The stubborn child is tried where somebody may send
// SIGTERM, the draining one where its input may end, the others always.
// ENDS_LIST=1 in the environment lists all that fail.
//
//   const EndsSweep sweep = {"Worker", kAlphabet, RunWorkerEnds, ExpectEnds};
//   EXPECT_EQ(SweepEnds(EndsAction::kExit, sweep), "");

#ifndef FORKRPC_TESTING_ENDS_SWEEP_H_
#define FORKRPC_TESTING_ENDS_SWEEP_H_

#include <functional>
#include <string>
#include <vector>

#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/ends_stage.h"

namespace forkrpc {

struct EndsSweep {
  const char* name;
  std::vector<EndsAction> alphabet;
  std::function<EndsRecord(const EndsCase&, EndsStage*)> run;
  std::function<ExpectedEnds(const EndsCase&)> expect;
  int max_length = 4;
  int max_length_without_pidfds = 3;
};

// Empty if all ended as they should; prints the counts.
std::string SweepEnds(EndsAction first, const EndsSweep& sweep);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_SWEEP_H_
