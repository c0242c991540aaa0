// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TapRecord: a wire between two ends as a machine reads it, and its replay.
//
// The records of the suite are of one end, the testee; these are of both, so
// that their class is "both". A line for each event, in the order in which the
// tap handed things on:
//
//     forkrpc-wire 1
//     run tap
//     class both async             or "both async contract"
//     verdict LIVE
//     oracle                       (nothing: each breach has its line below)
//     0.001234 > 00000005414141    octets to the child
//     0.001235 >cut 4096           so many payload octets that are not kept
//     0.001300 < 0000...           octets to the parent
//     0.001400 >end                or >loss, <end, <loss
//     0.001500 =breach child FR-ORD-005
//     0.001600 =exit 10            the child's status, or =signal 11
//
// One thread.
//
//   TapRecord record({/*async=*/true}, /*snap=*/UINT64_MAX, append);
//   record.Moved(Toward::kChild, octets, elapsed);
//   absl::StatusOr<TapReplay> replay = ReplayTap(text);

#ifndef CONFORMANCE_TAP_TAP_RECORD_H_
#define CONFORMANCE_TAP_TAP_RECORD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/runner/wire/payload_cutter.h"
#include "conformance/tap/passage.h"
#include "conformance/tap/wire_judge.h"

namespace forkrpc::conformance {

class TapRecord {
 public:
  // Gives the head to `sink`, then each line.
  TapRecord(const WireJudgeOptions& options, uint64_t snap,
            std::function<void(absl::string_view)> sink);

  void Moved(Toward toward, absl::string_view octets, absl::Duration when);
  void Ended(Toward toward, absl::Duration when);
  void Lost(Toward toward, absl::Duration when);
  void ChildExited(int status, int signal, absl::Duration when);
  void Broken(End end, const std::vector<std::string>& reqs,
              absl::Duration when);

 private:
  void Line(absl::Duration when, absl::string_view what);

  const std::function<void(absl::string_view)> sink_;
  PayloadCutter to_child_;
  PayloadCutter to_parent_;
};

// What a record says, judged anew.
struct TapReplay {
  std::string run;
  WireJudge judge;
  // "the parent: FR-SID-001 was said", where that was otherwise then.
  std::vector<std::string> differences;
};

// Whether the text is a record of both ends, not of one.
bool IsTapRecord(absl::string_view text);

// InvalidArgument "line 7: ..." if it is no such record.
absl::StatusOr<TapReplay> ReplayTap(absl::string_view text);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_TAP_RECORD_H_
