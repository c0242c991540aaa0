// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a stream of frames, cut anywhere: the decoder gives the frames
// that stand there, and each encodes to the octets that it came from.
//
// A plan (see test_decoding.h), then the stream. Payloads longer than an input
// are for long_frame_fuzzer.

#include <cstddef>
#include <cstdint>

#include "forkrpc/testing/fuzz_input.h"
#include "forkrpc/wire/test_decoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::FuzzInput input(data, size);
  const forkrpc::DecodingPlan plan = forkrpc::TakeDecodingPlan(&input);
  forkrpc::CheckDecoding(plan, input.TakeRest());
  return 0;
}
