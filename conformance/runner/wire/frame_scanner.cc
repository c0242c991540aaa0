// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/frame_scanner.h"

#include <algorithm>

namespace forkrpc::conformance {

uint32_t ReadU32(const unsigned char* octets) {
  return uint32_t{octets[0]} << 24 | uint32_t{octets[1]} << 16 |
         uint32_t{octets[2]} << 8 | uint32_t{octets[3]};
}

void AppendU32(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xff));
  }
}

void FrameScanner::Scan(absl::string_view octets,
                        absl::FunctionRef<void(const Piece&)> sink) {
  const size_t header_size = HeaderSize(layout_);
  while (!octets.empty()) {
    if (!in_payload_) {
      if (header_have_ == 0) header_.offset = offset_;
      header_octets_[header_have_++] = static_cast<unsigned char>(octets[0]);
      ++offset_;
      octets.remove_prefix(1);
      if (header_have_ < header_size) continue;
      header_have_ = 0;
      header_.id = layout_ == Layout::kIdLength ? ReadU32(header_octets_) : 0;
      header_.length = ReadU32(header_octets_ + header_size - 4);
      payload_have_ = 0;
      in_payload_ = header_.length > 0;
      sink({header_, absl::string_view(), /*is_header=*/true, !in_payload_});
      continue;
    }
    const absl::string_view part = octets.substr(
        0, std::min<uint64_t>(octets.size(), header_.length - payload_have_));
    octets.remove_prefix(part.size());
    offset_ += part.size();
    payload_have_ += part.size();
    in_payload_ = payload_have_ < header_.length;
    sink({header_, part, /*is_header=*/false, !in_payload_});
  }
}

}  // namespace forkrpc::conformance
