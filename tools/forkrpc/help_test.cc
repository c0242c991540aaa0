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

// What stands between `before` and the next quote in a file of the checkout.
std::string Quoted(const std::string& path, const std::string& before) {
  char* const here = realpath("tools/forkrpc/help.h", nullptr);
  if (here == nullptr) return "no help.h";
  const std::string root(absl::StripSuffix(here, "tools/forkrpc/help.h"));
  free(here);
  std::ifstream file(root + path);
  std::ostringstream text;
  text << file.rdbuf();
  const size_t at = text.str().find(before + "\"");
  if (at == std::string::npos) return "no version in " + path;
  const std::string rest = text.str().substr(at + before.size() + 1);
  return rest.substr(0, rest.find('"'));
}

// The first version in each file is its own.
TEST(HelpTest, TheVersionIsThatOfTheModule) {
  EXPECT_EQ(kVersion, Quoted("MODULE.bazel", "version = "));
}

TEST(HelpTest, TheSpecificationIsOfTheVersionThatItsRecordsHave) {
  EXPECT_EQ(kSpecification,
            Quoted("spec/requirements.textproto", "\nversion: "));
}

TEST(HelpTest, EachTopicFitsATerminal) {
  for (const char* topic : {"", "call", "dump", "doctor", "load"}) {
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
