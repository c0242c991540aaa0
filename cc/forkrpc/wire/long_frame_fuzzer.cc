// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Frames that are longer than a receive buffer's first block, at any place of a
// stream that is cut anywhere: as frame_decoder_fuzzer, with payloads that an
// input could not hold.
//
// A plan (see test_decoding.h); an octet that says the unit of the pieces; then
// parts of the stream: an octet that says how many octets follow and are taken
// as they stand, and behind these what is missing of a payload that they begin,
// or half of that if the octet's high bit is set.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "forkrpc/testing/fuzz_input.h"
#include "forkrpc/wire/decoding_model.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/test_decoding.h"

namespace {

// The longest stream: beyond the largest block that the receive buffer keeps.
constexpr size_t kMaxStream = 400000;

// `size` octets of a pattern whose period is no power of two.
void AppendPattern(size_t size, std::string* stream) {
  static const std::string* const pattern = [] {
    auto* const made = new std::string(kMaxStream, '\0');
    for (size_t i = 0; i < made->size(); ++i) {
      (*made)[i] = static_cast<char>(i % 251);
    }
    return made;
  }();
  stream->append(*pattern, 0, size);
}

// Octets that are missing of the payload that `stream` ends in.
size_t Missing(const forkrpc::DecodingPlan& plan, absl::string_view stream) {
  forkrpc::DecodingModel model(plan.layout, plan.max_payload, stream);
  forkrpc::FrameView frame;
  while (model.Next(&frame)) {
  }
  return model.Missing();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::FuzzInput input(data, size);
  forkrpc::DecodingPlan plan = forkrpc::TakeDecodingPlan(&input);
  plan.piece_unit = size_t{1} << (input.TakeOctet() % 13);
  std::string stream;
  while (!input.empty()) {
    const uint8_t part = input.TakeOctet();
    const absl::string_view octets = input.Take(part % 128);
    stream.append(octets.data(), octets.size());
    const size_t room = kMaxStream - std::min(stream.size(), kMaxStream);
    const size_t missing = std::min(Missing(plan, stream), room);
    AppendPattern(part < 128 ? missing : missing / 2, &stream);
  }
  forkrpc::CheckDecoding(plan, stream);
  return 0;
}
