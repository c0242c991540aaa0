// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunLoad: starts the workers of a load, makes its calls in a thread for each,
// and adds up what they have come to.
//
// Each worker must have answered one call before any of it is measured, so that
// its start is no part of that, and all start at one time. Returns within
// start_limit if one does not answer, else within warm_up + duration + twice
// the timeout + kEndGrace, but with a number of calls in place of a duration.
// Catches SIGINT and SIGTERM meanwhile: the first ends the load, what has been
// measured is returned; the second ends the program. No thread is left behind.
//
//   absl::StatusOr<LoadResult> result = RunLoad(options, on_progress);

#ifndef TOOLS_FORKRPC_LOAD_LOAD_RUN_H_
#define TOOLS_FORKRPC_LOAD_LOAD_RUN_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/forkrpc/load/load_options.h"
#include "tools/forkrpc/load/load_tally.h"

namespace forkrpc::cli {

// How long a worker may take to end when all is measured.
inline constexpr absl::Duration kEndGrace = absl::Seconds(5);

struct LoadResult {
  LoadTally tally;
  bool interrupted = false;
  // When the first call could be made, warm-up or not, in nanoseconds of the
  // monotonic clock.
  int64_t start = 0;
  // Of this program from then on, and of the workers and what they had started,
  // their starts included, as far as they have ended.
  double own_processor_seconds = 0;
  double workers_processor_seconds = 0;
  // Workers that did not end as they should, and what the first of them did.
  uint64_t bad_ends = 0;
  std::string first_bad_end;

  bool failed() const {
    return !tally.first_error.empty() || tally.error_count() > 0 ||
           bad_ends > 0;
  }
};

// How far a load has come.
struct LoadProgress {
  absl::Duration since_start;
  uint64_t answered = 0;  // and counted
  uint64_t failed = 0;
};

// An error is what a user must mend before anything can be measured. Calls
// `on_progress`, in this thread, twice a second.
absl::StatusOr<LoadResult> RunLoad(
    const LoadOptions& options,
    const std::function<void(const LoadProgress&)>& on_progress);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LOAD_RUN_H_
