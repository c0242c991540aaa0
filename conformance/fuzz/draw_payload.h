// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Payloads, ids and lengths at random, those near borders more often.
//
// Pure: the same draws give the same values.
//
//   Add(DrawPayload(&random, /*large=*/false), call.mutable_payload());

#ifndef CONFORMANCE_FUZZ_DRAW_PAYLOAD_H_
#define CONFORMANCE_FUZZ_DRAW_PAYLOAD_H_

#include <cstdint>
#include <string>

#include "conformance/fuzz/random.h"
#include "conformance/runner/cases/payload.h"

namespace forkrpc::conformance {

// Up to 70,000 octets, most often below 20.
Parts DrawPayload(Random* random);
// From 64 KiB to 1 MiB and, seldom, 16 MiB.
uint32_t DrawLargeSize(Random* random);
// Octets of that number, which are not all alike.
Parts PayloadOf(uint32_t size, Random* random);

// Any id but 0.
uint32_t DrawId(Random* random);
// A length that is never reached by what is sent behind the header.
uint32_t DrawLongLength(Random* random);

// One to three changes: an octet set, flipped, inserted or taken out, a piece
// doubled or cut off.
std::string ChangeOctets(std::string octets, Random* random);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_DRAW_PAYLOAD_H_
