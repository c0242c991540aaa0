// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Writes frame headers, and whole frames where a copy is wanted.
//
// Any thread; EncodeHeader does not allocate and cannot fail; AppendFrame
// allocates only in the caller's string.
//
//   std::string out;
//   absl::Status status = forkrpc::AppendFrame(
//       forkrpc::FrameLayout::kIdAndLength, 7, "hi", &out);
//   // out == "\0\0\0\7" "\0\0\0\2" "hi"

#ifndef FORKRPC_WIRE_FRAME_ENCODER_H_
#define FORKRPC_WIRE_FRAME_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/wire/frame.h"

namespace forkrpc {

// Writes a header of HeaderSize(layout) octets to `to` and returns the end of
// it. `length` is the payload's; `id` is left out where the layout has none.
//= spec/wire.md#FR-FRM-004
//= spec/wire.md#FR-FRM-005
inline char* EncodeHeader(FrameLayout layout, uint32_t id, uint32_t length,
                          char* to) {
  if (layout == FrameLayout::kIdAndLength) {
    StoreBigEndian32(id, to);
    to += 4;
  }
  StoreBigEndian32(length, to);
  return to + 4;
}

// OK if `payload_size` fits the 32-bit length field and `max_payload` octets;
// else ResourceExhausted.
absl::Status CheckPayloadSize(size_t payload_size, size_t max_payload);

// Appends a frame to `out`. ResourceExhausted, and nothing appended, if the
// payload does not fit a 32-bit length.
absl::Status AppendFrame(FrameLayout layout, uint32_t id,
                         absl::string_view payload, std::string* out);

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_FRAME_ENCODER_H_
