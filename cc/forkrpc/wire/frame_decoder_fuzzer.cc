// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a stream of frames: cut anywhere it gives the same outcome, and
// what was decoded encodes to the octets it came from.
//
// The first octet chooses layout and limit; the second, where to cut.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/wire/frame_decoder.h"
#include "forkrpc/wire/frame_encoder.h"

namespace {

using forkrpc::DecodeResult;
using forkrpc::FrameLayout;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// What a decoder says of `stream` in pieces of `piece` octets.
std::string Outcome(FrameLayout layout, const forkrpc::WireLimits& limits,
                    absl::string_view stream, size_t piece) {
  forkrpc::FrameDecoder decoder(layout, limits);
  std::string encoded, log;
  for (absl::string_view rest = stream; !rest.empty();) {
    decoder.Append(rest.substr(0, piece));
    rest.remove_prefix(std::min(piece, rest.size()));
    forkrpc::FrameView frame;
    while (decoder.Next(&frame) == DecodeResult::kFrame) {
      Require(frame.payload.size() <= limits.max_payload, "limit");
      Require(AppendFrame(layout, frame.id, frame.payload, &encoded).ok(),
              "encoding");
      absl::StrAppend(&log, frame.id, " ", frame.payload.size(), "\n");
    }
  }
  Require(encoded.size() == decoder.offset(), "offset");
  Require(stream.substr(0, encoded.size()) == encoded, "octets changed");
  return absl::StrCat(log, decoder.Finish().ToString());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const FrameLayout layout =
      data[0] % 2 == 0 ? FrameLayout::kLength : FrameLayout::kIdAndLength;
  const forkrpc::WireLimits limits{size_t{1} << (data[0] / 2 % 33)};
  const absl::string_view stream(reinterpret_cast<const char*>(data) + 2,
                                 size - 2);
  const std::string whole =
      Outcome(layout, limits, stream, std::max<size_t>(stream.size(), 1));
  Require(Outcome(layout, limits, stream, 1) == whole, "octet by octet");
  Require(Outcome(layout, limits, stream, 1 + data[1]) == whole, "cut");
  return 0;
}
