// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/ber_length.h"

namespace forkrpc {

BerLength ReadBerLength(absl::string_view octets) {
  BerLength found = {0, 0, false, false, false};
  found.overlong = !octets.empty() && octets[0] == '\x80';
  for (const char octet : octets) {
    const auto group = static_cast<unsigned char>(octet);
    // 56 bits and seven more are 63: anything above them is lost below.
    //= spec/serialisers.md#FR-SER-007
    if (found.value >> 56 != 0) found.too_large = true;
    found.value = found.value << 7 | (group & 0x7f);
    ++found.size;
    if (group < 0x80) {
      found.terminated = true;
      break;
    }
  }
  return found;
}

}  // namespace forkrpc
