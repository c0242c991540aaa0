// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EndsRecord, ExpectedEnds: how the calls of an EndsCase ended, how they should
// have, and whether that is the same.
//
// Plain values. JudgeEnds() says in one text everything that is wrong.
//
//   const std::string wrong = JudgeEnds(record, ExpectLoopEnds(one, rules));
//   EXPECT_EQ(wrong, "") << ToString(one);

#ifndef FORKRPC_TESTING_ENDS_RECORD_H_
#define FORKRPC_TESTING_ENDS_RECORD_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace forkrpc {

inline constexpr int kEndsCalls = 2;  // A and B

struct EndsRecord {
  struct End {
    absl::Duration when;  // since the calls were made
    absl::Status status;
  };
  // Each time that the user was told of the end of A, and of B.
  std::vector<End> calls[kEndsCalls];
  std::vector<End> errors;  // on_error, for the worker or the pool
  int call_errors = 0;      // on_error, for a call
  // Cancels that succeeded for a call that had ended, or failed for one that
  // had not.
  int wrong_cancels = 0;
  std::vector<absl::Duration> destroyed;
  // Drains: how many were asked for, which were answered, and how many of all
  // only after on_destroy.
  int drains = 0;
  int drains_when_gone = 0;
  std::vector<End> drained;
  int told_when_gone = 0;  // callbacks after on_destroy
  int drained_when_gone = 0;

  // Waits that nothing could end.
  int hangs = 0;
  // When nothing was left that could happen.
  absl::Duration quiet;
  // Children that nobody has reaped, signals to those that somebody has, and
  // descriptors more than before.
  int zombies = 0;
  int stray_signals = 0;
  int descriptors_left = 0;
};

struct ExpectedEnds {
  struct End {
    absl::Duration when;
    absl::Duration late;  // how much later it may be
    std::vector<absl::StatusCode> codes;
    // The text must contain one of them, unless the status is OK.
    std::vector<std::string> texts;
    // Whether the call may stay without an end, as its client is destroyed; and
    // whether it must.
    enum { kMust, kMay, kMustNot } ends = kMust;
  };
  End calls[kEndsCalls];
  // Whether a worker, or the pool, is to call on_destroy, and when at the
  // latest.
  bool has_destroy = true;
  absl::Duration destroyed;
  // When the last thing was done to it all: no timer may be left then.
  absl::Duration last;
  // Whether the worker ended with status 0 and had answered all; neither where
  // that depends on when its end is seen.
  std::optional<bool> clean;
};

// Empty if all is as it should be.
std::string JudgeEnds(const EndsRecord& record, const ExpectedEnds& expected);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_RECORD_H_
