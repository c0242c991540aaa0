// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoadTally: what the calls of a load have come to.
//
// A plain value, for one worker or for several added up.
//
//   LoadTally all;
//   for (const LoadTally& one : tallies) all.Add(one);

#ifndef TOOLS_FORKRPC_LOAD_LOAD_TALLY_H_
#define TOOLS_FORKRPC_LOAD_LOAD_TALLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "tools/forkrpc/load/latency_histogram.h"

namespace forkrpc::cli {

// How a call may fail.
enum class LoadError {
  kWrong,    // its response is not the one that was expected
  kTimeout,  // it was given up
  kLost,     // its worker or the connection was
  kBroken,   // what the worker has sent is not the wire
  kNotMade,  // it was due, or wanted, and could not be made any more
};
inline constexpr size_t kLoadErrors = 5;

// As the report and the JSON call it.
absl::string_view NameOf(LoadError error);

struct LoadTally {
  // Of calls that were answered, and of those that were given up, for as long
  // as they were waited for: what is slow must not improve the figures.
  LatencyHistogram latency;
  // How late calls were made that nothing but this program has held back; open
  // loop only.
  LatencyHistogram late;

  // How long calls were counted, in nanoseconds; of several workers, the most.
  int64_t measured = 0;
  uint64_t answered = 0;  // rightly, as far as that is looked at
  uint64_t sent_octets = 0;
  uint64_t received_octets = 0;  // of payloads, both
  uint64_t events = 0;           // at any time
  // Calls that were due while as many as allowed were in flight.
  uint64_t held_back = 0;
  // Calls in flight when the user has interrupted.
  uint64_t unfinished = 0;
  std::array<uint64_t, kLoadErrors> errors = {};
  std::string first_error;  // what has happened first, in words

  uint64_t& error(LoadError kind) { return errors[static_cast<size_t>(kind)]; }
  uint64_t error_count() const {
    uint64_t sum = 0;
    for (const uint64_t errors_of_a_kind : errors) sum += errors_of_a_kind;
    return sum;
  }
  // Counts some, and keeps the words if they are the first.
  void Fail(LoadError kind, uint64_t calls, absl::string_view why);

  void Add(const LoadTally& other);
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LOAD_TALLY_H_
