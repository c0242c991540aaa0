// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EndsCase: one way for a worker and its calls to come to an end, as a sequence
// of things that happen to them.
//
// For the sweep over all short sequences: see README.md. Plain values and their
// names. Each case has two calls in flight, A with a timeout and B without, and
// a call before them that was answered. The actions happen one after the other
// with kGap between; "deadline" lets the timeout of A pass.
//
//   EndsCase one;
//   one.actions = {EndsAction::kStreamOver, EndsAction::kDeadline};
//   ToString(one);  // "stream over, deadline (mute child)"

#ifndef FORKRPC_TESTING_ENDS_CASE_H_
#define FORKRPC_TESTING_ENDS_CASE_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace forkrpc {

enum class EndsAction {
  kStreamOver,  // the child closes its end of the wire and lives on
  kExit,        // the child exits with kExitCode
  kKill,        // somebody kills the child with SIGKILL
  kGrandchild,  // a process that the child starts holds the wire from now on
  kPause,
  kResume,
  kDrain,
  kTerminate,
  kCancel,    // of call B
  kDeadline,  // that of call A passes
  kDestroy,   // the user destroys the handle
};

// Whether the child does it, or who has the handle.
bool IsChilds(EndsAction action);

// What the child does of itself.
enum class EndsChild {
  kMute,       // answers nothing more, not at the end of its input either
  kStubborn,   // the same, and ignores SIGTERM
  kDraining,   // answers all at the end of its input, and exits with status 0
  kAnswering,  // the same, and each request kAnsweringTakes after it came
};

struct EndsCase {
  std::vector<EndsAction> actions;
  EndsChild child = EndsChild::kMute;
  bool pidfds = true;  // whether the kernel has them
  // When everything was left as it is for so long, the child exits with status
  // 0, which must end what has not ended by then.
  absl::Duration patience = absl::Seconds(20);
};

const char* NameOf(EndsChild child);
std::string ToString(const EndsCase& one);

// All sequences of `length` actions of `alphabet` that begin with `first`.
void ForEachSequence(
    EndsAction first, absl::Span<const EndsAction> alphabet, int length,
    absl::FunctionRef<void(const std::vector<EndsAction>&)> visit);

// The times are such that no two causes fall on the same millisecond: the
// actions come at multiples of 50 ms, everything else between them.
inline constexpr absl::Duration kGap = absl::Milliseconds(100);
inline constexpr absl::Duration kTimeout = absl::Milliseconds(625);
inline constexpr absl::Duration kAfterTimeout = absl::Milliseconds(650);
inline constexpr absl::Duration kSigtermTakes = absl::Milliseconds(30);
inline constexpr absl::Duration kSigkillTakes = absl::Milliseconds(1);
inline constexpr absl::Duration kDrainingTakes = absl::Milliseconds(12);
inline constexpr absl::Duration kAnsweringTakes = absl::Milliseconds(275);
inline constexpr absl::Duration kExitGrace = absl::Milliseconds(5015);
// Of the pool, between SIGTERM and SIGKILL.
inline constexpr absl::Duration kPoolKillGrace = absl::Milliseconds(717);
inline constexpr int kExitCode = 7;

// The graces get shorter: that of the first time, and of each later one.
absl::Duration DrainGrace(int times_before);
absl::Duration TerminateGrace(int times_before);

// When each of the actions happens, from when the calls were made.
std::vector<absl::Duration> TimesOf(absl::Span<const EndsAction> actions);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_CASE_H_
