// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Octets as people read them: hex, hex dumps and short descriptions.
//
// Pure functions; any thread; results are plain ASCII.
//
//   DescribeOctets("hi") == "2 octets 68 69 \"hi\""

#ifndef CONFORMANCE_RUNNER_WIRE_OCTETS_TEXT_H_
#define CONFORMANCE_RUNNER_WIRE_OCTETS_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// The length, the first octets in hex and the same as text.
std::string DescribeOctets(absl::string_view octets);

// Lines "offset  hex  text" of sixteen octets each, every line behind
// `indent`; of more than `limit` octets only the first ones, and a line that
// says how many follow. `offset` is the first octet's place in the stream.
std::string HexDump(absl::string_view octets, uint64_t offset, size_t limit,
                    absl::string_view indent);

// Hex digits, blanks between them allowed, to octets. InvalidArgument names the
// first wrong character.
absl::StatusOr<std::string> OctetsFromHex(absl::string_view hex);

// The contract's HEX: lower-case hex, or "-" for no octets.
std::string ContractHex(absl::string_view octets);
// Its inverse; InvalidArgument for anything else, the empty string included.
absl::StatusOr<std::string> OctetsFromContractHex(absl::string_view hex);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_WIRE_OCTETS_TEXT_H_
