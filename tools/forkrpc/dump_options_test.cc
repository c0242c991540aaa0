// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/dump_options.h"

#include <string>

#include "absl/strings/str_cat.h"
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
  EXPECT_FALSE(options->form.has_value());
  EXPECT_EQ(options->serialiser, Serialiser::kRaw);
  EXPECT_EQ(options->format, DumpFormat::kText);
  EXPECT_FALSE(options->input.has_value());
  EXPECT_FALSE(options->stream.has_value());
  EXPECT_FALSE(options->child_port.has_value());
  EXPECT_FALSE(options->parent_port.has_value());
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
  EXPECT_EQ(options->input, InputKind::kHex);
  EXPECT_EQ(options->max_payload, 1u);
  EXPECT_EQ(options->max_length, 2u);
  EXPECT_THAT(options->files, ElementsAre("a", "-", "-c"));
}

TEST(DumpOptionsTest, WhatIsDumped) {
  const auto options =
      ParseDumpOptions({"--input=capture", "--stream=3", "--child-port=65535",
                        "--parent-port=0"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->input, InputKind::kCapture);
  EXPECT_EQ(options->stream, 3u);
  EXPECT_EQ(options->child_port, 65535);
  EXPECT_EQ(options->parent_port, 0);
  EXPECT_EQ(ParseDumpOptions({"--input=wire"})->input, InputKind::kRecord);
  EXPECT_EQ(ParseDumpOptions({"--input=raw"})->input, InputKind::kRaw);
  EXPECT_FALSE(ParseDumpOptions({"--input=auto"})->input.has_value());
  for (const char* port : {"65536", "-1", "x", ""}) {
    EXPECT_FALSE(ParseDumpOptions({absl::StrCat("--child-port=", port)}).ok());
  }
}

TEST(DumpOptionsTest, EachMistakeHasItsLine) {
  EXPECT_EQ(ParseDumpOptions({"--direction=left"}).status().message(),
            "option --direction cannot be 'left': use down or up");
  EXPECT_EQ(ParseDumpOptions({"--timeout=5s"}).status().message(),
            "unknown option --timeout=5s");
  EXPECT_EQ(ParseDumpOptions({"--parent-port=70000"}).status().message(),
            "option --parent-port cannot be '70000': use 0 to 65535");
}

}  // namespace
}  // namespace forkrpc::cli
