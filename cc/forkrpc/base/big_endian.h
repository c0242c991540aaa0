// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Unsigned 32-bit integers in network byte order: the `N` of the wire.
//
// Any thread; no allocation; cannot fail. The pointer needs no alignment and
// must have four octets behind it.
//
//   StoreBigEndian32(payload.size(), header);
//   uint32_t length = LoadBigEndian32(header);

#ifndef FORKRPC_BASE_BIG_ENDIAN_H_
#define FORKRPC_BASE_BIG_ENDIAN_H_

#include <cstdint>

namespace forkrpc {

// Compilers make one load (store) and one byte swap of these.
inline uint32_t LoadBigEndian32(const char* from) {
  const auto* octets = reinterpret_cast<const unsigned char*>(from);
  return uint32_t{octets[0]} << 24 | uint32_t{octets[1]} << 16 |
         uint32_t{octets[2]} << 8 | uint32_t{octets[3]};
}

inline void StoreBigEndian32(uint32_t value, char* to) {
  to[0] = static_cast<char>(value >> 24);
  to[1] = static_cast<char>(value >> 16);
  to[2] = static_cast<char>(value >> 8);
  to[3] = static_cast<char>(value);
}

}  // namespace forkrpc

#endif  // FORKRPC_BASE_BIG_ENDIAN_H_
