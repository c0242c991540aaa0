// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/oracle/misframing.h"

#include <optional>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

using testing::ElementsAre;

std::optional<Misframing::Finding> Judge(absl::string_view header) {
  Misframing misframing(header.size());
  misframing.Append(header);
  return misframing.Judge(0, 0, [](uint32_t) { return false; });
}

TEST(MisframingTest, ALineOfTextIsPrintedToTheWire) {
  const auto finding = Judge("debug: 1");
  ASSERT_TRUE(finding.has_value());
  EXPECT_THAT(finding->reqs, ElementsAre("FR-FRM-008"));
}

TEST(MisframingTest, TheRestOfAPayloadThatCountsIsNoText) {
  EXPECT_FALSE(Judge(" !\"#$%&'").has_value());
  EXPECT_FALSE(Judge("2345").has_value());
  EXPECT_TRUE(Judge("2346").has_value());
}

}  // namespace
}  // namespace forkrpc::conformance
