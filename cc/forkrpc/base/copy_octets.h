// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CopyOctets: memcpy for sizes known only at run time and mostly small.
//
// A library call costs more than the copy of a small payload. Up to 32 octets
// are copied by two moves that may overlap each other. Any thread; cannot fail;
// the areas must not overlap; null is allowed where `n` is 0.
//
//   const std::string payload = "hi";
//   char to[2];
//   forkrpc::CopyOctets(to, payload.data(), payload.size());

#ifndef FORKRPC_BASE_COPY_OCTETS_H_
#define FORKRPC_BASE_COPY_OCTETS_H_

#include <cstddef>
#include <cstring>

namespace forkrpc {

// kMove <= n <= 2 * kMove.
template <size_t kMove>
inline void CopyByTwoMoves(char* to, const char* from, size_t n) {
  char head[kMove], tail[kMove];  // registers, once optimised
  std::memcpy(head, from, kMove);
  std::memcpy(tail, from + n - kMove, kMove);
  std::memcpy(to, head, kMove);
  std::memcpy(to + n - kMove, tail, kMove);
}

inline void CopyOctets(char* to, const char* from, size_t n) {
  if (n > 32) {
    std::memcpy(to, from, n);
  } else if (n >= 16) {
    CopyByTwoMoves<16>(to, from, n);
  } else if (n >= 8) {
    CopyByTwoMoves<8>(to, from, n);
  } else if (n >= 4) {
    CopyByTwoMoves<4>(to, from, n);
  } else if (n > 0) {
    to[0] = from[0];
    to[n / 2] = from[n / 2];
    to[n - 1] = from[n - 1];
  }
}

}  // namespace forkrpc

#endif  // FORKRPC_BASE_COPY_OCTETS_H_
