// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SweepEnds: runs and judges all EndsCases with sequences that begin with one
// action, and says how many there were and which are wrong.
//
// The shortest sequences come first, so that the first failure that is printed
// is the simplest. ENDS_LIST=1 in the environment lists all that fail.
//
//   const EndsSweep sweep = {kAlphabet, RunWorker, Expect};
//   EXPECT_EQ(SweepEnds(EndsAction::kExit, sweep), "");

#ifndef FORKRPC_TESTING_ENDS_SWEEP_H_
#define FORKRPC_TESTING_ENDS_SWEEP_H_

#include <functional>
#include <string>
#include <vector>

#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"

namespace forkrpc {

struct EndsSweep {
  const char* name;
  std::vector<EndsAction> alphabet;
  // Whether it matters for a sequence that a child is stubborn, or drains: for
  // the others only the mute child is tried.
  std::function<bool(const EndsCase&)> matters;
  std::function<EndsRecord(const EndsCase&)> run;
  std::function<ExpectedEnds(const EndsCase&)> expect;
  int max_length = 4;
  int max_length_without_pidfds = 3;
};

// Empty if all ended as they should; prints the counts.
std::string SweepEnds(EndsAction first, const EndsSweep& sweep);

// Whether `one` has `action`.
bool Has(const EndsCase& one, EndsAction action);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_SWEEP_H_
