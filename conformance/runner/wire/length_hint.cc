// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/length_hint.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// Bits that a length may have been cut to.
constexpr int kCuts[] = {24, 16, 8};

uint32_t Swapped(uint32_t value) {
  return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) |
         value << 24;
}

}  // namespace

std::string LengthHint(uint32_t got, const std::vector<uint64_t>& expected,
                       uint64_t header) {
  for (const uint64_t each : expected) {
    if (got == each) continue;
    if (Swapped(got) == each) {
      return absl::StrCat(" (that is ", each, " in little-endian)");
    }
    if (got == each + header) return " (it counts the header)";
    if (got == each + 4) return " (it counts its own four octets)";
    for (const int bits : kCuts) {
      if (each >> bits != 0 && got == each % (uint64_t{1} << bits)) {
        return absl::StrCat(" (that is ", each, " cut to ", bits, " bits)");
      }
    }
  }
  return "";
}

bool IsMisencoded(uint32_t got, uint64_t right) {
  if (got == right) return false;
  if (Swapped(got) == right) return true;
  return absl::c_any_of(kCuts, [&](int bits) {
    return right >> bits != 0 && got == right % (uint64_t{1} << bits);
  });
}

std::string LengthBeyondHint(uint32_t got, uint64_t greatest) {
  const uint32_t swapped = Swapped(got);
  if (swapped > greatest) return "";
  return absl::StrCat(" (it would be ", swapped, " in little-endian)");
}

}  // namespace forkrpc::conformance
