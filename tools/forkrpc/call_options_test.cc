// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_options.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(const std::vector<std::string>& arguments) {
  return std::string(ParseCallOptions(arguments).status().message());
}

TEST(CallOptionsTest, Defaults) {
  const auto options =
      ParseCallOptions({"add", "-3", "--", "./worker", "--form=x"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->form, Form::kAsync);
  EXPECT_EQ(options->max_length, 16u << 20);
  EXPECT_EQ(options->serialiser, Serialiser::kStringPack);
  EXPECT_EQ(options->binding, Binding::kSocket);
  EXPECT_EQ(options->timeout, absl::Seconds(30));
  EXPECT_EQ(options->format, OutputFormat::kText);
  EXPECT_EQ(options->input, "");
  EXPECT_THAT(options->strings, ElementsAre("add", "-3"));
  EXPECT_THAT(options->worker, ElementsAre("./worker", "--form=x"));
}

TEST(CallOptionsTest, EachOptionHasItsEffect) {
  const auto options = ParseCallOptions(
      {"--form=sync", "--serialiser=raw", "--binding=pipes", "--timeout=inf",
       "--max-length=7", "--in-flight=9", "--input=-", "--input-format=json",
       "--format=hex", "--", "w"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->form, Form::kSync);
  EXPECT_EQ(options->max_length, 7u);
  EXPECT_EQ(options->serialiser, Serialiser::kRaw);
  EXPECT_EQ(options->binding, Binding::kPipes);
  EXPECT_EQ(options->timeout, absl::InfiniteDuration());
  EXPECT_EQ(options->in_flight, 9u);
  EXPECT_EQ(options->input, "-");
  EXPECT_EQ(options->input_format, InputFormat::kJson);
  EXPECT_EQ(options->format, OutputFormat::kHex);
}

TEST(CallOptionsTest, EachMistakeHasItsLine) {
  EXPECT_THAT(ErrorOf({"add", "3"}), HasSubstr("no worker given: put --"));
  EXPECT_THAT(ErrorOf({"add", "3", "--"}), HasSubstr("no worker given"));
  EXPECT_THAT(ErrorOf({"--input=f", "add", "--", "w"}),
              HasSubstr("not both ('add' is not an option)"));
  EXPECT_THAT(ErrorOf({"--serialiser=raw", "echo", "hi", "--", "w"}),
              HasSubstr("exactly one string, not 2"));
  EXPECT_THAT(ErrorOf({"--timeout=0s", "a", "--", "w"}),
              HasSubstr("--timeout cannot be '0'"));
  EXPECT_THAT(ErrorOf({"--timeout=-1s", "a", "--", "w"}),
              HasSubstr("--timeout cannot be '-1s'"));
  EXPECT_THAT(ErrorOf({"--in-flight=0", "a", "--", "w"}),
              HasSubstr("--in-flight cannot be '0'"));
  EXPECT_THAT(ErrorOf({"--form=maybe", "a", "--", "w"}),
              HasSubstr("use sync or async"));
}

}  // namespace
}  // namespace forkrpc::cli
