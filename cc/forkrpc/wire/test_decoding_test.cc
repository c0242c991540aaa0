// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/test_decoding.h"

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Two frames of the layout without id, then a header and one octet of three.
constexpr absl::string_view kStream("\0\0\0\2ab\0\0\0\0\0\0\0\3c", 15);

DecodingPlan Plan(size_t max_payload = 100) {
  DecodingPlan plan;
  plan.max_payload = max_payload;
  return plan;
}

TEST(TestDecodingTest, TheDecoderPassesInEachWay) {
  for (int flags = 0; flags < 8; ++flags) {
    DecodingPlan plan = Plan();
    plan.append = (flags & 1) != 0;
    plan.peek = (flags & 2) != 0;
    plan.pile_up = (flags & 4) != 0;
    for (const absl::string_view pieces :
         {absl::string_view(), absl::string_view("\0", 1),
          absl::string_view("\1\4", 2)}) {
      plan.pieces = pieces;
      CheckDecoding(plan, kStream);
    }
  }
}

TEST(TestDecodingTest, APlanIsReadFromTheFrontOfAnInput) {
  const std::string octets("\x0f\x43\2\1\2stream", 11);
  FuzzInput input(reinterpret_cast<const uint8_t*>(octets.data()),
                  octets.size());
  const DecodingPlan plan = TakeDecodingPlan(&input);
  EXPECT_EQ(plan.layout, FrameLayout::kIdAndLength);
  EXPECT_TRUE(plan.append && plan.peek && plan.pile_up);
  EXPECT_EQ(plan.max_payload, 8u);  // 2^3 - 1 + 1
  EXPECT_EQ(plan.pieces, "\1\2");
  EXPECT_EQ(input.TakeRest(), "stream");
  EXPECT_EQ(PieceSize(0), 1u);
  EXPECT_EQ(PieceSize(127), 128u);
  EXPECT_EQ(PieceSize(128), 64u);
  EXPECT_EQ(PieceSize(255), 8192u);
}

}  // namespace
}  // namespace forkrpc
