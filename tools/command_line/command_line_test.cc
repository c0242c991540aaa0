// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/command_line/command_line.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() {
    line_.AddValue("timeout", &timeout_);
    line_.AddValue("count", &count_);
    line_.AddChoice("colour", {{"red", 1}, {"blue", 2}}, &colour_);
    line_.AddSwitch("hex", &hex_);
  }

  std::string ErrorOf(const std::vector<std::string>& arguments) {
    return std::string(line_.Parse(arguments).status().message());
  }

  CommandLine line_;
  absl::Duration timeout_ = absl::Seconds(1);
  uint32_t count_ = 7;
  int colour_ = 0;
  bool hex_ = false;
};

TEST_F(CommandLineTest, OptionsStandAnywhereBeforeTheDashes) {
  const auto words =
      line_.Parse({"a", "--timeout=5s", "b", "--colour", "blue", "--hex", "c",
                   "--", "worker", "--hex=false", "--", "x"});
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_THAT(words->before, ElementsAre("a", "b", "c"));
  ASSERT_TRUE(words->after.has_value());
  // What belongs to the worker is not touched.
  EXPECT_THAT(*words->after, ElementsAre("worker", "--hex=false", "--", "x"));
  EXPECT_EQ(timeout_, absl::Seconds(5));
  EXPECT_EQ(colour_, 2);
  EXPECT_TRUE(hex_);
  EXPECT_EQ(count_, 7u);
}

TEST_F(CommandLineTest, NoDashesIsNotNothingBehindThem) {
  EXPECT_FALSE(line_.Parse({"a"})->after.has_value());
  ASSERT_TRUE(line_.Parse({"a", "--"})->after.has_value());
  EXPECT_THAT(*line_.Parse({"a", "--"})->after, IsEmpty());
}

TEST_F(CommandLineTest, NumbersDashesAndEmptyWordsAreWords) {
  const auto words = line_.Parse({"-3", "-.5", "-", "", "a-b"});
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_THAT(words->before, ElementsAre("-3", "-.5", "-", "", "a-b"));
}

TEST_F(CommandLineTest, OneDashIsAsGoodAsTwo) {
  ASSERT_TRUE(line_.Parse({"-count=9"}).ok());
  EXPECT_EQ(count_, 9u);
}

TEST_F(CommandLineTest, ASwitchTakesNoWordForItsValue) {
  const auto words = line_.Parse({"--hex", "file"});
  ASSERT_TRUE(words.ok());
  EXPECT_THAT(words->before, ElementsAre("file"));
  ASSERT_TRUE(line_.Parse({"--hex=false"}).ok());
  EXPECT_FALSE(hex_);
}

TEST_F(CommandLineTest, AnOptionMayBeKeptElsewhere) {
  std::string kept;
  const auto keep = [&](absl::string_view text) {
    if (text == "bad") return absl::InvalidArgumentError("");
    kept = std::string(text);
    return absl::OkStatus();
  };
  line_.Add("keep", {std::nullopt, keep});
  line_.Add("nokeep", {"nothing", keep});
  ASSERT_TRUE(line_.Parse({"--keep", "--nokeep"}).ok());
  EXPECT_EQ(kept, "--nokeep");
  const auto words = line_.Parse({"--nokeep", "word"});
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_EQ(kept, "nothing");
  EXPECT_THAT(words->before, ElementsAre("word"));
  EXPECT_EQ(ErrorOf({"--keep=bad"}), "option --keep cannot be 'bad'");
}

TEST_F(CommandLineTest, EachMistakeHasItsLine) {
  EXPECT_EQ(ErrorOf({"--frobnicate"}), "unknown option --frobnicate");
  EXPECT_EQ(ErrorOf({"--frobnicate=1"}), "unknown option --frobnicate=1");
  EXPECT_EQ(ErrorOf({"-v"}), "unknown option -v");
  EXPECT_EQ(ErrorOf({"--timeout"}), "option --timeout needs a value");
  EXPECT_EQ(ErrorOf({"-timeout"}), "option -timeout needs a value");
  EXPECT_EQ(ErrorOf({"--timeout", "--", "w"}),
            "option --timeout needs a value");
  EXPECT_EQ(ErrorOf({"--colour=green"}),
            "option --colour cannot be 'green': use red or blue");
  EXPECT_EQ(ErrorOf({"--timeout=5"}), "option --timeout cannot be '5'");
  EXPECT_EQ(ErrorOf({"--count=-1"}), "option --count cannot be '-1'");
  EXPECT_EQ(ErrorOf({"--count=4294967296"}),
            "option --count cannot be '4294967296'");
}

}  // namespace
}  // namespace forkrpc::cli
