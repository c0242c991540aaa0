// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/verdict/suite.h"

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

Report Parse(const std::string& text) {
  Report report;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &report));
  return report;
}

TEST(SuiteTest, ExitCodes) {
  const auto code = [](const std::string& classes, bool strict) {
    return ExitCode(Parse("testees { " + classes + " }"), strict);
  };
  const std::string should = "classes { runs { level: SHOULD verdict: FAIL } }";
  const std::string unsupported =
      "classes { runs { level: MUST verdict: UNSUPPORTED } }";
  const std::string must = "classes { runs { level: MUST verdict: HANG } }";
  const std::string harness =
      "classes { runs { level: SHOULD verdict: HARNESS } }";
  const std::string at_once = "classes { state: ENDED_AT_ONCE }";
  const std::string silent = "classes { state: NO_ANSWER }";
  const std::string unseen =
      "classes { runs { level: MUST verdict: NOT_LOOKED_AT } }";
  const std::string passed = "classes { runs { level: MUST verdict: PASS } }";
  EXPECT_EQ(code(passed, true), 0);
  EXPECT_EQ(code(passed + unseen, false), 0);
  EXPECT_EQ(code(passed + unseen, true), 1);
  EXPECT_EQ(code(unseen, false), 5);
  EXPECT_EQ(code("classes { state: NOT_INSTALLED }", false), 5);
  EXPECT_EQ(code("", true), 5);
  EXPECT_EQ(code(should, false), 0);
  EXPECT_EQ(code(should, true), 1);
  EXPECT_EQ(code(unsupported, false), 0);
  EXPECT_EQ(code(unsupported, true), 1);
  EXPECT_EQ(code(must, false), 1);
  EXPECT_EQ(code(must + silent, false), 4);
  EXPECT_EQ(code(must + silent + at_once, false), 4);
  EXPECT_EQ(code(must + silent + at_once + harness, false), 3);
}

}  // namespace
}  // namespace forkrpc::conformance
