// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The words that doctor and its probe say to each other.
//
// Not the forkrpc wire: what is tried is the stream below it. A request is a
// line, so that it survives a terminal in between; lines of the answers too.
//
//   report               kReportBegin, lines "name value", kReportEnd
//   ping                 "pong"
//   echo N, N octets     "got HEX", then the N octets
//   down N, N octets     "down ok", or "down bad OFFSET": PatternOctet() or not
//   up N                 N octets of the pattern
//   full N, N octets     N octets of the pattern; those received are read when
//                        all of it is written
//   finish MS N STATUS   behind the half-close "eof"; so much later "late N", N
//                        octets of the pattern, "done"; then exits with STATUS.
//                        "no-eof" if the half-close has not come in kEofLimit
//
// A probe whose input ends before anything was asked says kNothingAsked.

#ifndef TOOLS_FORKRPC_DOCTOR_PROBE_WORDS_H_
#define TOOLS_FORKRPC_DOCTOR_PROBE_WORDS_H_

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace forkrpc::cli {

// In front of each request, so that octets of others are not taken for one.
inline constexpr absl::string_view kRequestMark = "forkrpc-probe ";
inline constexpr absl::string_view kReportBegin = "forkrpc-report-begin";
inline constexpr absl::string_view kReportEnd = "forkrpc-report-end";
inline constexpr absl::string_view kNothingAsked = "forkrpc-nothing-asked";
// What the probe writes to standard error.
inline constexpr absl::string_view kStderrMark = "forkrpc-probe-stderr-mark";

// How long a probe waits for the half-close.
inline constexpr absl::Duration kEofLimit = absl::Seconds(4);

// All 256 octets, and another order in each 256 of them: what is lost, doubled
// or moved shows.
inline char PatternOctet(size_t at) {
  return static_cast<char>(at * 131 + (at >> 8) * 17);
}

inline std::string PatternOctets(size_t n) {
  constexpr size_t kPeriod = size_t{1} << 16;
  std::string octets;
  for (size_t i = 0; i < std::min(n, kPeriod); ++i) octets += PatternOctet(i);
  octets.reserve(n);
  while (octets.size() < n) {
    octets.append(octets, 0, std::min(kPeriod, n - octets.size()));
  }
  return octets;
}

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_PROBE_WORDS_H_
