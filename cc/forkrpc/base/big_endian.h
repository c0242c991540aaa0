// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Unsigned 32-bit integers in network byte order: the `N` of the wire.
//
// Any thread; no allocation; cannot fail. The pointer needs no alignment and
// must have four octets behind it.
//
//   const std::string payload = "hi";
//   char header[4];
//   forkrpc::StoreBigEndian32(payload.size(), header);
//   const uint32_t length = forkrpc::LoadBigEndian32(header);  // 2

#ifndef FORKRPC_BASE_BIG_ENDIAN_H_
#define FORKRPC_BASE_BIG_ENDIAN_H_

#include <cstdint>
#include <cstring>

namespace forkrpc {

// The shifts are what the words above mean; compilers make one load and one
// byte swap of them.
inline uint32_t LoadBigEndian32(const char* from) {
  const auto* octets = reinterpret_cast<const unsigned char*>(from);
  return uint32_t{octets[0]} << 24 | uint32_t{octets[1]} << 16 |
         uint32_t{octets[2]} << 8 | uint32_t{octets[3]};
}

// The same from octets to integer and back: g++ 12 does not merge four stores.
inline void StoreBigEndian32(uint32_t value, char* to) {
  unsigned char octets[4];
  std::memcpy(octets, &value, 4);
  const uint32_t swapped = uint32_t{octets[0]} << 24 |
                           uint32_t{octets[1]} << 16 |
                           uint32_t{octets[2]} << 8 | uint32_t{octets[3]};
  std::memcpy(to, &swapped, 4);
}

}  // namespace forkrpc

#endif  // FORKRPC_BASE_BIG_ENDIAN_H_
