// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/frame_encoder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace forkrpc {

absl::Status CheckPayloadSize(size_t payload_size, size_t max_payload) {
  const size_t limit = std::min(max_payload, kMaxPayloadOnWire);
  if (payload_size <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("payload of ", payload_size, " octets exceeds the limit of ",
                   limit, " octets"));
}

absl::Status AppendFrame(FrameLayout layout, uint32_t id,
                         absl::string_view payload, std::string* out) {
  absl::Status fits = CheckPayloadSize(payload.size(), kMaxPayloadOnWire);
  if (!fits.ok()) return fits;
  char header[kMaxHeaderSize];
  char* end =
      EncodeHeader(layout, id, static_cast<uint32_t>(payload.size()), header);
  out->reserve(out->size() + (end - header) + payload.size());
  out->append(header, end - header);
  out->append(payload.data(), payload.size());
  return absl::OkStatus();
}

}  // namespace forkrpc
