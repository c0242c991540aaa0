// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/restart_policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {
namespace {

// More doublings than this exceed any delay that anybody wants.
constexpr int kMaxDoublings = 30;

}  // namespace

RestartPolicy::RestartPolicy(const RestartOptions& options, uint64_t seed)
    : options_(options),
      random_(static_cast<std::minstd_rand::result_type>(seed ^ (seed >> 32))) {
}

void RestartPolicy::OnStart(MonotonicTime now) {
  if (in_row_ == 0) return;
  // Workers that have failed are not replaced all at the same moment.
  next_start_ =
      broken_.ok() ? now + NextDelay() : MonotonicTime::InfiniteFuture();
}

bool RestartPolicy::OnFailure(MonotonicTime now, bool proved,
                              const absl::Status& why) {
  if (proved) {
    Delay(now);
    return false;
  }
  ++in_row_;
  failures_.push_back(now);
  if (static_cast<int>(failures_.size()) > options_.max_failures) {
    failures_.pop_front();
  }
  if (!broken_.ok()) {
    // Several that were started before it opened may fail while it is open.
    if (now < open_until_) return false;
    Open(now, why);
    return true;
  }
  if (static_cast<int>(failures_.size()) == options_.max_failures &&
      now - failures_.front() <= options_.window) {
    Open(now, why);
    return true;
  }
  next_start_ = now + NextDelay();
  return false;
}

void RestartPolicy::Delay(MonotonicTime now) {
  const MonotonicTime next = now + NextDelay();
  // It may have been the one on trial, and then no other would be waited for.
  const bool on_trial = next_start_ == MonotonicTime::InfiniteFuture();
  next_start_ = on_trial ? next : std::max(next_start_, next);
}

absl::Status RestartPolicy::Broken(MonotonicTime now) const {
  return now < open_until_ ? broken_ : absl::OkStatus();
}

void RestartPolicy::Reset() {
  in_row_ = 0;
  failures_.clear();
  next_start_ = MonotonicTime::InfinitePast();
  open_until_ = MonotonicTime::InfinitePast();
  broken_ = absl::OkStatus();
}

void RestartPolicy::Open(MonotonicTime now, const absl::Status& why) {
  open_until_ = now + options_.pause;
  next_start_ = open_until_;
  broken_ = absl::UnavailableError(absl::StrCat(
      "workers keep failing: ", in_row_,
      " in a row before their first response, the limit is ",
      options_.max_failures, " within ", absl::FormatDuration(options_.window),
      "; none is started for ", absl::FormatDuration(options_.pause),
      "; the last failure: ", why.message()));
}

absl::Duration RestartPolicy::NextDelay() {
  absl::Duration delay = options_.first_delay;
  for (int i = 1; i < std::min(in_row_, kMaxDoublings); ++i) delay *= 2;
  delay = std::min(delay, options_.max_delay);
  const double part =
      static_cast<double>(random_()) / std::minstd_rand::max() / 2;
  return delay - delay * part;
}

}  // namespace forkrpc
