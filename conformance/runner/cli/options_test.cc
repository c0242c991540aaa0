// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"

ABSL_FLAG(std::string, text, "", "any");
ABSL_FLAG(int, number, 0, "any");
ABSL_FLAG(std::vector<std::string>, list, {"default"}, "any");
ABSL_FLAG(bool, loud, false, "any");
ABSL_FLAG(bool, nothing, false, "begins as a negation does");

namespace forkrpc::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ErrorOf(const std::vector<std::string>& arguments) {
  return std::string(ParseOptions(arguments).status().message());
}

TEST(OptionsTest, SetsFlagsAndLeavesWords) {
  const auto words =
      ParseOptions({"run", "--text=a=b", "-number", "7", "--loud", "testee", "",
                    "-", "--", "--text=c", "--", "x"});
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_THAT(*words,
              ElementsAre("run", "testee", "", "-", "--text=c", "--", "x"));
  EXPECT_EQ(absl::GetFlag(FLAGS_text), "a=b");
  EXPECT_EQ(absl::GetFlag(FLAGS_number), 7);
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
}

TEST(OptionsTest, ASwitchMayBeNegated) {
  ASSERT_TRUE(ParseOptions({"--loud"}).ok());
  ASSERT_TRUE(ParseOptions({"--noloud"}).ok());
  EXPECT_FALSE(absl::GetFlag(FLAGS_loud));
  ASSERT_TRUE(ParseOptions({"--nothing"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_nothing));
  ASSERT_TRUE(ParseOptions({"--nonothing"}).ok());
  EXPECT_FALSE(absl::GetFlag(FLAGS_nothing));
  EXPECT_EQ(ErrorOf({"--notext"}), "unknown option --notext");
}

TEST(OptionsTest, AListMayBeGivenAgainAndNameAFile) {
  const std::string path = ::testing::TempDir() + "/list";
  std::ofstream(path) << "# two\n\n  c \nd\n";
  ASSERT_TRUE(ParseOptions({"--list", "a,b", "--list=@" + path}).ok());
  EXPECT_THAT(absl::GetFlag(FLAGS_list), ElementsAre("a", "b", "c", "d"));
  ASSERT_TRUE(ParseOptions({"--list=e"}).ok());
  EXPECT_THAT(absl::GetFlag(FLAGS_list), ElementsAre("e"));
  std::ofstream(path) << "# none\n";
  EXPECT_THAT(ErrorOf({"--list=@" + path}), EndsWith("/list: lists nothing"));
  EXPECT_THAT(ErrorOf({"--list=@" + path + ".not"}),
              HasSubstr(".not: cannot be read"));
}

TEST(OptionsTest, EachMistakeHasItsLine) {
  EXPECT_EQ(ErrorOf({"--frobnicate=1"}), "unknown option --frobnicate=1");
  EXPECT_EQ(ErrorOf({"-x"}), "unknown option -x");
  EXPECT_EQ(ErrorOf({"--text"}), "option --text needs a value");
  EXPECT_EQ(ErrorOf({"-number"}), "option -number needs a value");
  EXPECT_THAT(ErrorOf({"--number=many"}),
              StartsWith("option --number cannot be 'many'"));
  EXPECT_THAT(ErrorOf({"--loud=perhaps"}),
              StartsWith("option --loud cannot be 'perhaps'"));
}

}  // namespace
}  // namespace forkrpc::conformance
