// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// InteropScript: the calls that a parent makes to a child, and what must come
// of them.
//
// Stages, one after the other: the calls of one are commanded at once, and the
// next begins when all that they must bring has been reported. They use the
// functions of the testee contract only, so that every child can answer.
// Immutable; any thread.
//
//   for (const InteropStage& stage : InteropScript(ASYNC, max_frame)) ...

#ifndef CONFORMANCE_INTEROP_SCRIPT_H_
#define CONFORMANCE_INTEROP_SCRIPT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

struct InteropCall {
  std::string tag;
  std::string payload;
  std::string response;
};

struct InteropStage {
  std::string name;
  std::vector<InteropCall> calls;
  std::vector<std::string> events;  // in this order, among the responses
  bool drop = false;  // half-close behind the calls: the clean end
};

// No payload is longer than `max_frame` octets; 0: any may be sent.
std::vector<InteropStage> InteropScript(Form form, uint64_t max_frame);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_INTEROP_SCRIPT_H_
