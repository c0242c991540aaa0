// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/dump_options.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DumpOptionsTest, Defaults) {
  const auto options = ParseDumpOptions({});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->direction, Direction::kUp);
  EXPECT_EQ(options->form, Form::kAsync);
  EXPECT_EQ(options->serialiser, Serialiser::kRaw);
  EXPECT_EQ(options->format, DumpFormat::kText);
  EXPECT_FALSE(options->hex);
  EXPECT_EQ(options->max_payload, 64u);
  EXPECT_EQ(options->max_length, 16u << 20);
  EXPECT_THAT(options->files, IsEmpty());
}

TEST(DumpOptionsTest, EachOptionHasItsEffect) {
  const auto options =
      ParseDumpOptions({"a", "--direction=down", "--form=sync",
                        "--serialiser=string-pack", "--format=json", "--hex",
                        "--max-payload=1", "--max-length=2", "-", "--", "-c"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->direction, Direction::kDown);
  EXPECT_EQ(options->form, Form::kSync);
  EXPECT_EQ(options->serialiser, Serialiser::kStringPack);
  EXPECT_EQ(options->format, DumpFormat::kJson);
  EXPECT_TRUE(options->hex);
  EXPECT_EQ(options->max_payload, 1u);
  EXPECT_EQ(options->max_length, 2u);
  EXPECT_THAT(options->files, ElementsAre("a", "-", "-c"));
}

TEST(DumpOptionsTest, EachMistakeHasItsLine) {
  EXPECT_EQ(ParseDumpOptions({"--direction=left"}).status().message(),
            "option --direction cannot be 'left': use down or up");
  EXPECT_EQ(ParseDumpOptions({"--timeout=5s"}).status().message(),
            "unknown option --timeout=5s");
}

}  // namespace
}  // namespace forkrpc::cli
