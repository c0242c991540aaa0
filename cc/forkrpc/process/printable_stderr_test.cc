// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/printable_stderr.h"

#include <string>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(PrintableStderrTest, IsOneLineWithoutControlOctets) {
  EXPECT_EQ(PrintableStderr("no such table\n"), "no such table");
  EXPECT_EQ(PrintableStderr("one\ntwo\n\n"), "one | two");
  EXPECT_EQ(PrintableStderr("\x1b[31mred\x07\r\n\t"),
            "\\x1b[31mred\\x07\\x0d | \\x09");
  EXPECT_EQ(PrintableStderr("caf\xc3\xa9 \x9b"), "caf\\xc3\\xa9 \\x9b");
  EXPECT_EQ(PrintableStderr(""), "");
  std::string all;
  for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
  for (const char c : PrintableStderr(all)) {
    EXPECT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);
  }
}

}  // namespace
}  // namespace forkrpc
