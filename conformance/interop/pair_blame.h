// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PairBlame: which of a parent and a child is to be blamed, and for what.
//
// What went over the wire between them decides: the machines' breaches and the
// order of requests first, then payloads that are not what was asked for, then
// what the parent reports, and last, where nothing comes any more, whose turn
// it was. Pure; any thread.
//
//   AddBlames(evidence, &pair);

#ifndef CONFORMANCE_INTEROP_PAIR_BLAME_H_
#define CONFORMANCE_INTEROP_PAIR_BLAME_H_

#include <string>
#include <vector>

#include "conformance/interop/parent_reports.h"
#include "conformance/interop/script.h"
#include "conformance/interop/wire_frames.h"
#include "conformance/tap/wire_judge.h"
#include "forkrpc/interop_result.pb.h"

namespace forkrpc::conformance {

// All of it must outlive the call.
struct PairEvidence {
  const WireJudge* judge;
  const WireFrames* frames;
  const ParentReports* reports;
  const std::vector<InteropStage>* script;
  size_t stages = 0;  // begun so far
  Form form = ASYNC;
  bool child_reads = true;       // nothing waits for it to read
  bool silence = false;          // nothing has moved for too long
  std::string how_parent_ended;  // "" if it has not, or cleanly
};

// Nothing, if there is nothing to blame anybody for.
void AddBlames(const PairEvidence& evidence, InteropPair* pair);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_INTEROP_PAIR_BLAME_H_
