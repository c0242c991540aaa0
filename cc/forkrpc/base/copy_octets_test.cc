// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/copy_octets.h"

#include <string>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(CopyOctetsTest, CopiesExactlySoManyAtEverySize) {
  for (size_t n = 0; n <= 100; ++n) {
    // Exact allocations, so that a sanitizer sees a step too far.
    std::string from(n, '\0');
    for (size_t i = 0; i < n; ++i) from[i] = static_cast<char>(i + 1);
    std::string to(n + 2, '#');
    CopyOctets(&to[1], from.data(), n);
    EXPECT_EQ(to, "#" + from + "#") << n;
  }
}

TEST(CopyOctetsTest, NothingFromNowhere) { CopyOctets(nullptr, nullptr, 0); }

}  // namespace
}  // namespace forkrpc
