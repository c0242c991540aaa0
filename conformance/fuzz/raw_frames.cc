// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/raw_frames.h"

#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {

std::vector<RawFrame> ReadRaw(absl::string_view octets, bool has_id) {
  const size_t header = has_id ? 8 : 4;
  std::vector<RawFrame> frames;
  while (octets.size() >= header) {
    const auto* const data =
        reinterpret_cast<const unsigned char*>(octets.data());
    RawFrame frame;
    frame.id = has_id ? ReadU32(data) : 0;
    frame.length = ReadU32(data + header - 4);
    frame.whole = frame.length <= octets.size() - header;
    frame.payload = octets.substr(header, frame.length);
    frames.push_back(frame);
    octets.remove_prefix(header + frame.payload.size());
  }
  return frames;
}

}  // namespace forkrpc::conformance
