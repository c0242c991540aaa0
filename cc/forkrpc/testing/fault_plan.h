// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FaultPlan: which call of a stream's ends goes wrong, and how.
//
// Plain values, the same on every machine. A plan prints as one line and is
// parsed from it, so that the one in a test's message can be pasted back:
//
//   client read 3 short 1; server write 0 error EPIPE
//
// FaultTransport carries a plan out at the Transport's functions, FaultSysCalls
// at FdTransport's system calls. A test of all single faults, then of pairs:
//
//   for (const Fault& fault : SingleFaults(counts, BenignFaults())) {
//     Run({fault});
//   }
//   ForEachPair(singles, [](const FaultPlan& plan) { Run(plan); });

#ifndef FORKRPC_TESTING_FAULT_PLAN_H_
#define FORKRPC_TESTING_FAULT_PLAN_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace forkrpc {

// Whose end of the stream.
enum class StreamEnd { kClient, kServer };

enum class FaultOp { kRead, kWrite, kShutdown };

enum class FaultAction {
  kShort,       // at most `amount` octets are moved, at least 1
  kWouldBlock,  // this call and the next, `amount` in all, would block
  kInterrupt,   // the same with EINTR; at a Transport, which hides it: nothing
  kError,       // fails with errno `amount`
  kEof,         // reads: the end of the stream
  kDelay,       // nothing moves for `amount` milliseconds
};

struct Fault {
  StreamEnd end = StreamEnd::kClient;
  FaultOp op = FaultOp::kRead;
  // Which call of this kind at this end, from 0; those that went wrong count.
  int index = 0;
  FaultAction action = FaultAction::kShort;
  int amount = 1;  // 0 for kEof, else at least 1

  // How many calls it answers.
  int times() const {
    return action == FaultAction::kWouldBlock ||
                   action == FaultAction::kInterrupt
               ? amount
               : 1;
  }
  // After kError and kEof, the stream does not go on.
  bool benign() const {
    return action != FaultAction::kError && action != FaultAction::kEof;
  }

  friend bool operator==(const Fault& a, const Fault& b) {
    return a.end == b.end && a.op == b.op && a.index == b.index &&
           a.action == b.action && a.amount == b.amount;
  }
};

// Where two concern one call, the first in the plan counts.
using FaultPlan = std::vector<Fault>;

bool IsBenign(const FaultPlan& plan);

std::string ToString(const Fault& fault);
// Faults separated by "; ". The empty plan is "no fault".
std::string ToString(const FaultPlan& plan);
// InvalidArgument says which word is wrong and what could stand there.
absl::StatusOr<FaultPlan> ParseFaultPlan(absl::string_view text);

// How often each function was called in a run: what can go wrong in the next.
struct OpCounts {
  int counts[2][3] = {};  // by StreamEnd and FaultOp

  int& at(StreamEnd end, FaultOp op) {
    return counts[static_cast<int>(end)][static_cast<int>(op)];
  }
  int at(StreamEnd end, FaultOp op) const {
    return counts[static_cast<int>(end)][static_cast<int>(op)];
  }
  int total() const;
};

// What may go wrong with a call.
struct FaultKind {
  FaultAction action;
  int amount;
};

// What a stream may do at any time, and nobody should notice.
std::vector<FaultKind> BenignFaults();
// What ends it.
std::vector<FaultKind> DeadlyFaults();

// Each kind at each call that was counted, as far as it makes sense there.
std::vector<Fault> SingleFaults(const OpCounts& counts,
                                absl::Span<const FaultKind> kinds);

// All pairs of different faults. Those that concern the same call are left out.
void ForEachPair(absl::Span<const Fault> faults,
                 absl::FunctionRef<void(const FaultPlan&)> visit);

// `faults` of them, anywhere in [0, calls) of each kind of call; with `deadly`
// the last one may end the stream.
FaultPlan RandomFaultPlan(std::mt19937* bits, int faults, int calls,
                          bool deadly);

// Leaves out what is not needed for `fails` to hold, which does for `plan`.
FaultPlan ShrinkPlan(FaultPlan plan,
                     absl::FunctionRef<bool(const FaultPlan&)> fails);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_FAULT_PLAN_H_
