// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A testee whose sessions do something to each other gets the verdicts that it
// has in a process for each run, and what differs is said.

#include "conformance/runner/verdict/shared_processes.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include "conformance/runner/verdict/test_fakes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kManyRuns[] = "child/echo:*";

class SharedProcessesTest : public VerdictTest {
 protected:
  // The class of fake_many.py with one fault, and whatever it is, every run of
  // these has to be passed: in a process of its own it is right.
  ClassResult JudgeMany(const std::string& fault) {
    const std::string program = std::filesystem::absolute(
        "conformance/runner/verdict/testdata/fake_many.py");
    const std::string manifest = absl::StrFormat(
        R"({"contract": 1, "name": "%s", "sessions": "many",
            "env": {"FORKRPC_MARK": "%s"},
            "child": {"sync": ["python3", "%s", "%s"]}})",
        fault, mark_, program, fault);
    absl::StatusOr<Testee> testee = Testee::Parse("fake.json", manifest, spec_);
    EXPECT_TRUE(testee.ok()) << testee.status();
    EXPECT_TRUE(testee->CheckInstalled().ok());
    SuiteOptions options;
    options.filter = kManyRuns;
    options.fresh = fresh_;
    options.watchdog = absl::Seconds(fault == "takes-one" ? 1 : 20);
    report_ = RunSuite(options, {*testee}, cases_, spec_);
    ClassResult result = report_.testees(0).classes(0);
    EXPECT_EQ(result.counts().pass(), 20u) << fault;
    EXPECT_EQ(FindMarked(), "");
    return result;
  }

  // What is said of the first difference.
  std::string FirstReason(const std::string& fault) {
    const ClassResult result = JudgeMany(fault);
    if (result.differences().empty()) return "no difference";
    return result.differences(0).reason();
  }

  bool fresh_ = false;
};

TEST_F(SharedProcessesTest, OneProcessServesAllRuns) {
  const ClassResult result = JudgeMany("none");
  EXPECT_EQ(result.differences_size(), 0);
  EXPECT_EQ(result.shared_runs(), 20u);
  EXPECT_EQ(result.shared_processes(), 1u);
  EXPECT_EQ(result.runs(0).session(), 1u);
  EXPECT_EQ(result.runs(19).session(), 20u);
}

TEST_F(SharedProcessesTest, NoneIsSharedWhereThatIsAskedFor) {
  fresh_ = true;
  const ClassResult result = JudgeMany("carries-over");
  EXPECT_EQ(result.shared_processes(), 0u);
  EXPECT_EQ(result.runs(19).session(), 0u);
}

TEST_F(SharedProcessesTest, StateThatIsCarriedOverIsFoundAndSaid) {
  const ClassResult result = JudgeMany("carries-over");
  ASSERT_GE(result.differences_size(), 1);
  const SharedDifference& first = result.differences(0);
  EXPECT_EQ(first.session(), 6u);
  EXPECT_EQ(first.shared(), FAIL);
  EXPECT_EQ(first.own(), PASS);
  EXPECT_THAT(first.reason(), HasSubstr("hi!"));
  EXPECT_THAT(first.log(), HasSubstr("verdict  FAIL"));
  // Its number says of which process a verdict is; this one is of its own.
  EXPECT_EQ(result.runs(5).session(), 0u);
}

TEST_F(SharedProcessesTest, DescriptorsThatLeakAreCounted) {
  const ClassResult result = JudgeMany("leaks");
  ASSERT_GE(result.differences_size(), 1);
  EXPECT_THAT(result.differences(0).reason(),
              AllOf(HasSubstr("9 more than after its first session"),
                    HasSubstr("they leak")));
  EXPECT_EQ(result.differences(0).session(), 10u);
  EXPECT_EQ(result.differences(0).shared(), PASS);
  EXPECT_EQ(result.differences(0).own(), PASS);
}

TEST_F(SharedProcessesTest, AStatusThatIsNotThatOfACleanEndIsSeen) {
  EXPECT_THAT(FirstReason("wrong-status"),
              HasSubstr("expected exit status 0, the program ended with "
                        "status 3"));
}

TEST_F(SharedProcessesTest, AnEndBetweenTwoSessionsIsSaid) {
  EXPECT_THAT(FirstReason("dies-between"), HasSubstr("ended with status 6"));
  EXPECT_THAT(FirstReason("dies-when-offered"),
              HasSubstr("ended with status 7 when it was to take a session"));
  EXPECT_EQ(FirstReason("dies-at-the-end"),
            "at the end of its standard input the process ended with status 5");
}

TEST_F(SharedProcessesTest, WhatIsWrittenAmongTheAnswersIsShown) {
  EXPECT_THAT(FirstReason("prints"), HasSubstr("debug: served"));
  EXPECT_THAT(FirstReason("writes-between"), HasSubstr("bye"));
}

TEST_F(SharedProcessesTest, AWireThatStaysOpenIsAHangOnlyThere) {
  const ClassResult result = JudgeMany("keeps-wire");
  ASSERT_GE(result.differences_size(), 1);
  EXPECT_THAT(result.differences(0).reason(), HasSubstr("keeps its wire open"));
}

// A path with a blank cannot be said in a line of words.
TEST_F(SharedProcessesTest, WithoutAFolderNothingIsSharedAndThatIsSaid) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "/with blank");
  std::filesystem::create_directories(folder);
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  setenv("TMPDIR", folder.c_str(), 1);
  const ClassResult result = JudgeMany("none");
  if (before != nullptr) {
    setenv("TMPDIR", kept.c_str(), 1);
  } else {
    unsetenv("TMPDIR");
  }
  EXPECT_EQ(result.shared_runs(), 0u);
  EXPECT_THAT(result.not_shared(),
              HasSubstr("no folder for temporary files whose path has no "
                        "blank"));
}

TEST_F(SharedProcessesTest, AClassThatSharesNothingIsNotAskedForEver) {
  const ClassResult result = JudgeMany("takes-one");
  EXPECT_EQ(result.differences_size(), SharedProcesses::kMostDifferences);
  EXPECT_THAT(result.differences(0).reason(),
              HasSubstr("did not take the session's wire within"));
  EXPECT_THAT(result.not_shared(), HasSubstr("after 5 differences"));
}

}  // namespace
}  // namespace forkrpc::conformance
