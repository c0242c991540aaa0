// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/require.h"

#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

TEST(RequireDeathTest, EndsTheProcessAndSaysWhat) {
  Require(true, "never shown");
  EXPECT_DEATH(Require(false, "the sky is up"), "broken: the sky is up");
}

}  // namespace
}  // namespace forkrpc::conformance
