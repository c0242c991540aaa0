// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LengthHint: what a wrong length field probably is.
//
// A guess for people; no verdict depends on it. Pure; any thread.
//
//   LengthHint(0x02000000, {2}, 4) == " (that is 2 in little-endian)"

#ifndef CONFORMANCE_RUNNER_WIRE_LENGTH_HINT_H_
#define CONFORMANCE_RUNNER_WIRE_LENGTH_HINT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace forkrpc::conformance {

// `expected` are the lengths that would be right; `header` is the header's
// size in octets. "" if nothing comes to mind.
std::string LengthHint(uint32_t got, const std::vector<uint64_t>& expected,
                       uint64_t header);

// The same where only the greatest right length is known.
std::string LengthBeyondHint(uint32_t got, uint64_t greatest);

// Whether `got` is `right` in the other byte order, or cut to fewer bits.
bool IsMisencoded(uint32_t got, uint64_t right);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_WIRE_LENGTH_HINT_H_
