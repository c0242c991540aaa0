// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/input_kind.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

// It is said as soon as it is known, and not before.
TEST(InputKindTest, KnownWithTheOctetsThatItNeeds) {
  const struct {
    std::string octets;
    size_t needed;
    InputKind kind;
  } cases[] = {
      {"forkrpc-wire 1\nrun", 15, InputKind::kRecord},
      {"forkrpc-wire 2\nrun", 14, InputKind::kRaw},
      {absl::HexStringToBytes("0a0d0d0a1c0000004d3c2b1a00"), 12,
       InputKind::kCapture},
      {absl::HexStringToBytes("0a0d0d0a1c0000004d3c2b1b00"), 12,
       InputKind::kRaw},
      {absl::HexStringToBytes("d4c3b2a1020004000000000000"), 12,
       InputKind::kCapture},
      {absl::HexStringToBytes("a1b23c4d000200040000000000"), 12,
       InputKind::kCapture},
      {absl::HexStringToBytes("a1b23c4e0002000400"), 4, InputKind::kRaw},
      {std::string(20, '\0'), 1, InputKind::kRaw},
  };
  for (const auto& each : cases) {
    for (size_t size = 0; size <= each.octets.size(); ++size) {
      const auto kind = KindOf(absl::string_view(each.octets).substr(0, size));
      EXPECT_EQ(kind.has_value(), size >= each.needed)
          << absl::BytesToHexString(each.octets) << " " << size;
      EXPECT_EQ(kind.value_or(each.kind), each.kind);
    }
  }
}

}  // namespace
}  // namespace forkrpc::cli
