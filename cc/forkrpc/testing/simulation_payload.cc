// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/simulation_payload.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "forkrpc/testing/scenario.h"

namespace forkrpc {
namespace {

constexpr size_t kLongestPayload = size_t{64} << 10;

// Octets without a pattern, so that a payload that is shifted or taken from
// elsewhere is not equal to what it should be.
absl::string_view Noise() {
  static const std::string& noise = *new std::string([] {
    std::string made(2 * kLongestPayload, '\0');
    uint32_t state = 1;
    for (char& octet : made) {
      state = state * 1664525u + 1013904223u;
      octet = static_cast<char>(state >> 24);
    }
    return made;
  }());
  return noise;
}

absl::string_view Filler(int call, int what, size_t size) {
  const size_t at = static_cast<size_t>(call * 131 + (what + 2) * 17) % 4096;
  return Noise().substr(at, size);
}

}  // namespace

void MakePayload(int call, int what, size_t size, std::string* payload) {
  size = std::min(std::max(size, kSmallestPayload), kLongestPayload);
  payload->resize(size);
  const int32_t head[2] = {call, what};
  std::memcpy(&(*payload)[0], head, kSmallestPayload);
  const absl::string_view filler = Filler(call, what, size - kSmallestPayload);
  std::memcpy(&(*payload)[kSmallestPayload], filler.data(), filler.size());
}

bool ReadPayload(absl::string_view payload, int* call, int* what) {
  if (payload.size() < kSmallestPayload) return false;
  int32_t head[2];
  std::memcpy(head, payload.data(), kSmallestPayload);
  *call = head[0];
  *what = head[1];
  if (*call < 0 || *what < kResponsePayload) return false;
  return payload.substr(kSmallestPayload) ==
         Filler(*call, *what, payload.size() - kSmallestPayload);
}

}  // namespace forkrpc
