// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/help.h"

#include <stdlib.h>

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

TEST(HelpTest, TheVersionIsThatOfTheModule) {
  char* const here = realpath("tools/forkrpc/help.h", nullptr);
  ASSERT_NE(here, nullptr);
  const std::string root(absl::StripSuffix(here, "tools/forkrpc/help.h"));
  free(here);
  std::ifstream file(root + "MODULE.bazel");
  std::ostringstream text;
  text << file.rdbuf();
  // The first version in it is the module's own.
  const size_t at = text.str().find("version = \"");
  ASSERT_NE(at, std::string::npos);
  const std::string rest = text.str().substr(at + 11);
  EXPECT_EQ(kVersion, rest.substr(0, rest.find('"')));
}

TEST(HelpTest, EachTopicFitsATerminal) {
  for (const char* topic : {"", "call", "dump"}) {
    const std::string text = HelpText(topic);
    EXPECT_FALSE(text.empty()) << topic;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      EXPECT_LE(line.size(), 80u) << line;
    }
  }
  EXPECT_EQ(HelpText("no such topic"), "");
}

}  // namespace
}  // namespace forkrpc::cli
