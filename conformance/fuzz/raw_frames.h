// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReadRaw: octets as the frames that they are.
//
// Any octets are the beginning of some stream. Pure; any thread. The frames
// point into the octets.
//
//   for (const RawFrame& frame : ReadRaw(octets, /*has_id=*/true))
//     if (!frame.whole) Cut(frame); else Take(frame);

#ifndef CONFORMANCE_FUZZ_RAW_FRAMES_H_
#define CONFORMANCE_FUZZ_RAW_FRAMES_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

struct RawFrame {
  uint32_t id = 0;  // 0 where the layout has none
  uint32_t length = 0;
  absl::string_view payload;  // shorter than `length` in the last, if that is
  bool whole = true;          // not whole
};

// What is left of a header behind the last frame is no frame.
std::vector<RawFrame> ReadRaw(absl::string_view octets, bool has_id);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_RAW_FRAMES_H_
