// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Examination: what was found of one way between parent and worker.
//
// A plain value.
//
//   Examination found;
//   found.Broke(Promise::kHalfClose, "it had not come after 4 s");
//   found.CountBroken(/*needed=*/true);  // 1

#ifndef TOOLS_FORKRPC_DOCTOR_EXAMINATION_H_
#define TOOLS_FORKRPC_DOCTOR_EXAMINATION_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "tools/forkrpc/doctor/promise.h"

namespace forkrpc::cli {

struct Finding {
  enum State { kNotTried, kHolds, kBroken };
  State state = kNotTried;
  std::string found;  // in plain words; why not, where it was not tried
};

struct Examination {
  std::array<Finding, kPromises> findings;

  // What the probe has said of its process: see process_report.h.
  std::map<std::string, std::string> process;

  // Measured with nothing else under way; nullopt where it could not be.
  std::optional<absl::Duration> round_trip;  // the median
  std::optional<double> down_rate;           // octets a second
  std::optional<double> up_rate;
  std::optional<absl::Duration> half_close;  // until the worker's word

  int starts = 0;  // of the launcher, or connections
  absl::Duration took;

  Finding& of(Promise promise) { return findings[static_cast<int>(promise)]; }
  const Finding& of(Promise promise) const {
    return findings[static_cast<int>(promise)];
  }
  void Set(Promise promise, Finding::State state, std::string found) {
    of(promise) = {state, std::move(found)};
  }
  void Holds(Promise promise, std::string found) {
    Set(promise, Finding::kHolds, std::move(found));
  }
  void Broke(Promise promise, std::string found) {
    Set(promise, Finding::kBroken, std::move(found));
  }
  void Skip(Promise promise, std::string why) {
    Set(promise, Finding::kNotTried, std::move(why));
  }

  // How many promises are broken that the wire needs, or needs not.
  int CountBroken(bool needed) const {
    int broken = 0;
    for (int i = 0; i < kPromises; ++i) {
      if (findings[i].state == Finding::kBroken &&
          TextOf(static_cast<Promise>(i)).needed == needed) {
        ++broken;
      }
    }
    return broken;
  }
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_EXAMINATION_H_
