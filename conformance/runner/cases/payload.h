// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Payloads as a case writes them, and the copies that `times` asks for.
//
// Pure functions over the case proto; any thread. A payload may be large (its
// size is known before it is made: PayloadSize).
//
//   for (uint32_t i = 0; i < Copies(event.times()); ++i)
//     frames.push_back(MakePayload(event.payload(), i));

#ifndef CONFORMANCE_RUNNER_CASES_PAYLOAD_H_
#define CONFORMANCE_RUNNER_CASES_PAYLOAD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "forkrpc/conformance_case.pb.h"
#include "google/protobuf/repeated_field.h"

namespace forkrpc::conformance {

using Parts = google::protobuf::RepeatedPtrField<Part>;

// InvalidArgument if a part is empty, its hex is wrong, its modulo beyond 256
// or the whole beyond 64 MiB. The other functions want parts that pass this.
absl::Status CheckParts(const Parts& parts);

// Octets of each copy of the payload.
uint64_t PayloadSize(const Parts& parts);

// Copy number `index` (from 0) of the payload.
std::string MakePayload(const Parts& parts, uint32_t index);
std::string MakePart(const Part& part, uint32_t index);

// How many copies `times` means.
inline uint32_t Copies(uint32_t times) { return times == 0 ? 1 : times; }

// The tag of copy `index`: TAG alone if `times` is 0, else TAG and the index.
std::string TagOf(const std::string& tag, uint32_t times, uint32_t index);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_PAYLOAD_H_
