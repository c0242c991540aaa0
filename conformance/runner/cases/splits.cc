// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/splits.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kMostPieces = 64;
constexpr uint64_t kExponents = 12;
constexpr uint64_t kShortExponents = 4;

uint64_t Fnv1a(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char octet : text) {
    hash ^= static_cast<unsigned char>(octet);
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace

Splits::Splits(uint64_t seed, absl::string_view run_id)
    : state_(seed ^ Fnv1a(run_id)) {}

uint64_t Splits::Draw() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::vector<absl::string_view> Splits::Cut(absl::string_view octets) {
  std::vector<absl::string_view> pieces;
  while (!octets.empty()) {
    size_t length = octets.size();
    if (pieces.size() + 1 < kMostPieces) {
      const uint64_t exponents = Draw() % 2 == 1 ? kExponents : kShortExponents;
      const uint64_t exponent = Draw() % exponents;
      length = 1 + Draw() % (uint64_t{1} << exponent);
    }
    pieces.push_back(octets.substr(0, length));
    octets.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace forkrpc::conformance
