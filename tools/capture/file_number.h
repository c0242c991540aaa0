// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Numbers of 16 and 32 bits in octets of either order.
//
// Pure functions; the octets must be there.
//
//   Number32("\0\0\1\0", ByteOrder::kBig) == 256

#ifndef TOOLS_CAPTURE_FILE_NUMBER_H_
#define TOOLS_CAPTURE_FILE_NUMBER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace forkrpc::capture {

enum class ByteOrder { kLittle, kBig };

// The first `size` octets as a number.
inline uint32_t FileNumber(absl::string_view octets, size_t size,
                           ByteOrder order) {
  uint32_t number = 0;
  for (size_t i = 0; i < size; ++i) {
    const size_t at = order == ByteOrder::kBig ? i : size - 1 - i;
    number = number << 8 | static_cast<uint8_t>(octets[at]);
  }
  return number;
}

inline uint16_t Number16(absl::string_view octets, ByteOrder order) {
  return static_cast<uint16_t>(FileNumber(octets, 2, order));
}

inline uint32_t Number32(absl::string_view octets, ByteOrder order) {
  return FileNumber(octets, 4, order);
}

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_FILE_NUMBER_H_
