// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RestartPolicy: when a pool may start a worker after others have failed.
//
// A worker that answers a call has proved that workers can be started. Each
// failure before that, in a row, doubles the delay before the next start, with
// jitter, so that many pools do not start at the same moment. Too many in a row
// within a window are a crash loop: the policy opens, as a fuse does, and
// allows no start for a pause. Then it allows one, on trial: if it proves
// itself the policy closes, if it fails it opens again at once. A worker that
// fails later, or that the pool itself ends before it has proved itself, costs
// one delay and is not counted. Knows no clock: times go in. One thread;
// allocates the texts of statuses, and one small queue.
//
//   const forkrpc::MonotonicTime now = forkrpc::MonotonicNow();
//   forkrpc::RestartPolicy policy(forkrpc::RestartOptions(), /*seed=*/1);
//   if (now >= policy.NextStart()) policy.OnStart(now);
//   if (policy.OnFailure(now, /*proved=*/false, absl::AbortedError("no"))) {
//     return policy.Broken(now);  // not after the first failure
//   }

#ifndef FORKRPC_POOL_RESTART_POLICY_H_
#define FORKRPC_POOL_RESTART_POLICY_H_

#include <cstdint>
#include <deque>
#include <random>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

struct RestartOptions {
  // After the first failure in a row; doubled by each one more, up to
  // max_delay. Each delay is shortened by a random part of up to a half.
  absl::Duration first_delay = absl::Milliseconds(100);
  absl::Duration max_delay = absl::Seconds(10);
  // So many failures in a row within `window` are a crash loop.
  int max_failures = 5;
  absl::Duration window = absl::Minutes(1);
  // How long nothing is started then.
  absl::Duration pause = absl::Seconds(30);
};

// Invariants:
//  1. failures_ are the moments of the failures in a row, at most max_failures
//     of them, oldest first.
//  2. broken_ is not OK iff the policy is open or on trial.
class RestartPolicy {
 public:
  // The same `seed` gives the same jitter.
  RestartPolicy(const RestartOptions& options, uint64_t seed);

  // A worker was started, or an attempt to do so was made.
  void OnStart(MonotonicTime now);

  // A worker has failed because of `why`, and had `proved` itself before or
  // not. True if the policy opens by that.
  bool OnFailure(MonotonicTime now, bool proved, const absl::Status& why);

  // A worker was ended that has not failed and has not proved itself either. If
  // it was the one on trial, another may be.
  void OnRecycled(MonotonicTime now) { Delay(now); }

  // A worker has proved itself, or somebody has mended what was wrong.
  void OnProved() { Reset(); }

  // When the next worker may be started; InfinitePast if at any time,
  // InfiniteFuture if the one on trial must show first what it is.
  MonotonicTime NextStart() const { return next_start_; }

  // Not OK while it is open: Unavailable, with the count, the last failure and
  // for how long.
  absl::Status Broken(MonotonicTime now) const;

  int failures_in_row() const { return in_row_; }

 private:
  void Reset();
  void Delay(MonotonicTime now);
  void Open(MonotonicTime now, const absl::Status& why);
  absl::Duration NextDelay();

  const RestartOptions options_;
  std::minstd_rand random_;
  int in_row_ = 0;
  std::deque<MonotonicTime> failures_;
  MonotonicTime next_start_ = MonotonicTime::InfinitePast();
  MonotonicTime open_until_ = MonotonicTime::InfinitePast();
  absl::Status broken_;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_RESTART_POLICY_H_
