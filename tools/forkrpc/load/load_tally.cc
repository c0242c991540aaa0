// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_tally.h"

#include <algorithm>

namespace forkrpc::cli {

absl::string_view NameOf(LoadError error) {
  switch (error) {
    case LoadError::kWrong:
      return "wrong";
    case LoadError::kTimeout:
      return "timeout";
    case LoadError::kLost:
      return "lost";
    case LoadError::kBroken:
      return "broken";
    case LoadError::kNotMade:
      break;
  }
  return "not_made";
}

void LoadTally::Fail(LoadError kind, uint64_t calls, absl::string_view why) {
  error(kind) += calls;
  if (first_error.empty()) first_error = std::string(why);
}

void LoadTally::Add(const LoadTally& other) {
  latency.Add(other.latency);
  late.Add(other.late);
  measured = std::max(measured, other.measured);
  answered += other.answered;
  sent_octets += other.sent_octets;
  received_octets += other.received_octets;
  events += other.events;
  held_back += other.held_back;
  unfinished += other.unfinished;
  for (size_t i = 0; i < kLoadErrors; ++i) errors[i] += other.errors[i];
  if (first_error.empty()) first_error = other.first_error;
}

}  // namespace forkrpc::cli
