// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The payload of a barrier: an exchange that shows that nothing came before it.
//
// Pure function; any thread. No case uses payloads that begin so.
//
//   const std::string nonce = BarrierPayload(++barriers);

#ifndef CONFORMANCE_RUNNER_CASES_BARRIER_H_
#define CONFORMANCE_RUNNER_CASES_BARRIER_H_

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// Length of every barrier's payload.
constexpr uint64_t kBarrierOctets = 16;

// `number` tells the barriers of a case apart; below 10,000,000.
inline std::string BarrierPayload(uint32_t number) {
  return absl::StrFormat("barrier-%07d\n", number % 10000000);
}

// Whether the octets are such a payload.
inline bool IsBarrier(absl::string_view octets) {
  return octets.size() == kBarrierOctets &&
         absl::StartsWith(octets, "barrier-") && octets.back() == '\n';
}

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_BARRIER_H_
