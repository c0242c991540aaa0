// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/payload_cutter.h"

#include <algorithm>

namespace forkrpc::conformance {

void PayloadCutter::Cut(
    absl::string_view octets,
    absl::FunctionRef<void(absl::string_view, uint64_t)> sink) {
  size_t kept_from = 0;
  uint64_t seen = scanner_.payload_have();  // of the payload at hand
  scanner_.Scan(octets, [&](const FrameScanner::Piece& piece) {
    if (piece.is_header) {
      seen = 0;
      return;
    }
    const uint64_t room = snap_ > seen ? snap_ - seen : 0;
    const uint64_t keep = std::min<uint64_t>(room, piece.octets.size());
    seen += piece.octets.size();
    if (keep == piece.octets.size()) return;
    const size_t at = static_cast<size_t>(piece.octets.data() - octets.data());
    sink(octets.substr(kept_from, at + keep - kept_from),
         piece.octets.size() - keep);
    kept_from = at + piece.octets.size();
  });
  if (kept_from < octets.size()) sink(octets.substr(kept_from), 0);
}

}  // namespace forkrpc::conformance
