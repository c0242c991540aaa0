// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/item_format.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

const std::vector<absl::string_view>& Strings() {
  static const auto* const strings =
      new std::vector<absl::string_view>{"7", "", "a\tb\n", "\xff"};
  return *strings;
}

TEST(ItemFormatTest, OneStringToALine) {
  EXPECT_EQ(FormatStrings(OutputFormat::kText, Strings(), '\n'),
            "7\n\na\\tb\\n\n\\xff\n");
  EXPECT_EQ(FormatStrings(OutputFormat::kHex, Strings(), '\n'),
            "37\n\n6109620a\nff\n");
}

// A tab within a string is escaped, so the line can be split again.
TEST(ItemFormatTest, OneResponseToALine) {
  EXPECT_EQ(FormatStrings(OutputFormat::kText, Strings(), '\t'),
            "7\t\ta\\tb\\n\t\\xff\n");
}

TEST(ItemFormatTest, JsonIsOneLineEitherWay) {
  const std::string json = "[\"7\",\"\",\"a\\tb\\n\",{\"hex\":\"ff\"}]\n";
  EXPECT_EQ(FormatStrings(OutputFormat::kJson, Strings(), '\n'), json);
  EXPECT_EQ(FormatStrings(OutputFormat::kJson, Strings(), '\t'), json);
}

TEST(ItemFormatTest, RawAddsNothing) {
  EXPECT_EQ(FormatStrings(OutputFormat::kRaw, Strings(), '\n'), "7a\tb\n\xff");
}

TEST(ItemFormatTest, AnEmptyListIsNoLineOrAnEmptyOne) {
  EXPECT_EQ(FormatStrings(OutputFormat::kText, {}, '\n'), "");
  EXPECT_EQ(FormatStrings(OutputFormat::kText, {}, '\t'), "\n");
  EXPECT_EQ(FormatStrings(OutputFormat::kJson, {}, '\n'), "[]\n");
  EXPECT_EQ(FormatStrings(OutputFormat::kRaw, {}, '\n'), "");
}

}  // namespace
}  // namespace forkrpc::cli
