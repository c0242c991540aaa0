// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/runner/cases/embedded.h"

namespace forkrpc::conformance {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ManifestTest : public ::testing::Test {
 protected:
  absl::StatusOr<Testee> Load(const std::string& json) {
    std::ofstream(path_) << json;
    return Testee::Load(path_, spec_);
  }
  // A manifest with a child and these keys beside it.
  absl::StatusOr<Testee> LoadWith(const std::string& keys) {
    return Load(absl::StrCat(
        R"({"contract": 1, "name": "x", "child": {"sync": ["sh", "-c", "exit"]})",
        keys.empty() ? "" : ", ", keys, "}"));
  }
  std::string Error(const std::string& json) {
    const absl::StatusOr<Testee> testee = Load(json);
    EXPECT_FALSE(testee.ok()) << json;
    return std::string(testee.status().message());
  }

  const SpecText spec_ = *SpecText::Parse(EmbeddedSpec());
  const std::string path_ = absl::StrCat(::testing::TempDir(), "/testee.json");
};

TEST_F(ManifestTest, AParentsWireIsOnThreeOrOnStandardInputAndOutput) {
  EXPECT_EQ(LoadWith("")->Spawn(PARENT, SYNC).parent_wire, ParentWire::kThree);
  EXPECT_EQ(
      LoadWith(R"("parent_wire": "stdio")")->Spawn(PARENT, SYNC).parent_wire,
      ParentWire::kStdio);
  EXPECT_THAT(std::string(LoadWith(R"("parent_wire": "3")").status().message()),
              HasSubstr("\"parent_wire\" is \"3\"; say \"stdio\""));
}

TEST_F(ManifestTest, AProcessServesManySessionsWhereTheManifestSaysSo) {
  EXPECT_FALSE(LoadWith("")->ServesMany());
  const absl::StatusOr<Testee> many = LoadWith(R"("sessions": "many")");
  ASSERT_TRUE(many.ok()) << many.status();
  EXPECT_TRUE(many->ServesMany());
  EXPECT_FALSE(many->Spawn(CHILD, SYNC).many_sessions);
  const SpawnOptions options = many->SpawnForMany(CHILD, SYNC);
  EXPECT_TRUE(options.many_sessions);
  EXPECT_EQ(options.environment.at("FORKRPC_SESSIONS"), "many");
  EXPECT_THAT(std::string(LoadWith(R"("sessions": "2")").status().message()),
              HasSubstr("\"sessions\" is \"2\"; say \"many\""));
}

TEST_F(ManifestTest, TheErrorIsOneLineWithTheFilesName) {
  for (const char* wrong : {
           "",
           "{",
           "[]",
           "{\"contract\": 1, \"name\": \"x\", \"chid\": {}}",
           R"({"contract": 1, "name": "x", "child": ["python3"]})",
           R"({"contract": 2, "name": "x", "child": {"sync": ["sh"]}})",
           R"({"name": "x", "child": {"sync": ["sh"]}})",
           R"({"contract": 1, "child": {"sync": ["sh"]}})",
           R"({"contract": 1, "name": "../x", "child": {"sync": ["sh"]}})",
           R"({"contract": 1, "name": "x"})",
       }) {
    EXPECT_THAT(Error(wrong), AllOf(StartsWith(absl::StrCat(path_, ": ")),
                                    Not(HasSubstr("\n"))));
  }
  EXPECT_THAT(Error(R"({"contract": 2, "name": "x"})"),
              HasSubstr("say \"contract\": 1"));
  EXPECT_THAT(Error(R"({"contract": 1, "name": "x"})"),
              HasSubstr("give an argv"));
}

// A key's second value would take the first one's place, or join it.
TEST_F(ManifestTest, AKeyStandsOnce) {
  EXPECT_THAT(LoadWith(R"("name": "y")").status().message(),
              HasSubstr("epeated map key: 'name'"));
  EXPECT_THAT(
      Error(
          R"({"contract": 1, "name": "x", "child": {"sync": ["a"], "sync": ["b"]}})"),
      HasSubstr("epeated map key: 'sync'"));
}

TEST_F(ManifestTest, OctetsAroundTheManifestAreAnError) {
  // As protobuf has called it until release 21, and since.
  const auto no_more = AnyOf(HasSubstr("before end of input"),
                             HasSubstr("after end of JSON object"));
  const std::string good =
      R"({"contract": 1, "name": "x", "child": {"sync": ["sh"]}})";
  EXPECT_TRUE(Load(good + " \r\n\t").ok());
  EXPECT_THAT(Error("\xef\xbb\xbf" + good), HasSubstr("without one"));
  EXPECT_THAT(Error(good + "}"), no_more);
  EXPECT_THAT(Error(good + good), no_more);
  EXPECT_THAT(Error(good + std::string(1, '\0')), no_more);
}

TEST_F(ManifestTest, AnErrorMovesNoCursor) {
  const absl::Status status = LoadWith("\"z\x1b[2J\": 1").status();
  EXPECT_THAT(status.message(), HasSubstr(R"(z\x1b[2J)"));
  // As protobuf has called it until release 21, and since.
  EXPECT_THAT(status.message(), AnyOf(HasSubstr("Cannot find field"),
                                      HasSubstr("no such field")));
}

// The system ends a word at a NUL, and a variable's name at "=".
TEST_F(ManifestTest, WhatTheSystemWouldCutIsAnError) {
  for (const char* wrong :
       {R"([""])", R"(["a\u0000b"])", R"(["a", "b\u0000"])"}) {
    EXPECT_THAT(Error(absl::StrCat(
                    R"({"contract": 1, "name": "x", "parent": {"async": )",
                    wrong, "}}")),
                HasSubstr("parent.async: an argv begins with a program"));
    EXPECT_THAT(LoadWith(absl::StrCat(R"("requires": [{"else": "e", "argv": )",
                                      wrong, "}]"))
                    .status()
                    .message(),
                HasSubstr("a program first"));
  }
  EXPECT_TRUE(LoadWith(R"("env": {"A": ""})").ok());
  for (const char* wrong : {R"({"": "v"})", R"({"A=B": "v"})",
                            R"({"A\u0000": "v"})", R"({"A": "v\u0000"})"}) {
    EXPECT_THAT(LoadWith(absl::StrCat("\"env\": ", wrong)).status().message(),
                HasSubstr("\"env\" cannot set"));
  }
}

TEST_F(ManifestTest, AFileThatIsNotThereIsAnError) {
  EXPECT_THAT(Testee::Load("/nonexistent.json", spec_).status().message(),
              HasSubstr("name a testee's testee.json"));
  EXPECT_FALSE(Testee::Load(::testing::TempDir(), spec_).ok());
}

TEST_F(ManifestTest, ExclusionsNeedAClauseAndAReason) {
  EXPECT_FALSE(
      LoadWith(R"("unsupported": [{"req": "FR-XXX-001", "why": "w"}])").ok());
  EXPECT_FALSE(LoadWith(R"("unsupported": [{"req": "FR-ERR-010"}])").ok());
  const absl::StatusOr<Testee> testee =
      LoadWith(R"("unsupported": [{"req": "FR-ERR-010", "why": "not yet"}])");
  ASSERT_TRUE(testee.ok()) << testee.status();
  Case c;
  c.add_reqs("FR-FRM-001");
  EXPECT_EQ(testee->WhyUnsupported(c), "");
  c.add_reqs("FR-ERR-010");
  EXPECT_EQ(testee->WhyUnsupported(c),
            "the manifest excludes FR-ERR-010: not yet");
  EXPECT_EQ(testee->UnsupportedRequirement(c), "FR-ERR-010");
}

TEST_F(ManifestTest, CasesBeyondMaxFrameAreNotSupported) {
  const absl::StatusOr<Testee> testee = LoadWith(R"("max_frame": 1000)");
  ASSERT_TRUE(testee.ok()) << testee.status();
  Case c;
  c.set_role(CHILD);
  auto* pattern = c.add_steps()
                      ->mutable_send()
                      ->add_item()
                      ->mutable_request()
                      ->add_payload()
                      ->mutable_pattern();
  pattern->set_count(1000);
  EXPECT_EQ(testee->WhyUnsupported(c), "");
  pattern->set_count(1001);
  EXPECT_THAT(testee->WhyUnsupported(c), HasSubstr("max_frame is 1000"));
}

TEST_F(ManifestTest, WhatIsRequiredIsAskedBeforeTheProgramIsLookedFor) {
  absl::StatusOr<Testee> testee = Load(
      R"({"contract": 1, "name": "x", "child": {"sync": ["no-such-program"]},
          "requires": [{"argv": ["sh", "-c", "test \"$K\" = v"], "else": "get it"}]})");
  ASSERT_TRUE(testee.ok()) << testee.status();
  EXPECT_TRUE(testee->CheckInstalled().ok());
  EXPECT_EQ(testee->not_installed(), "get it");
  testee = Load(
      R"({"contract": 1, "name": "x", "child": {"sync": ["no-such-program"]},
          "env": {"K": "v"},
          "requires": [{"argv": ["sh", "-c", "test \"$K\" = v"], "else": "get it"}]})");
  ASSERT_TRUE(testee.ok()) << testee.status();
  const absl::Status status = testee->CheckInstalled();
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("child.sync: program 'no-such-program'"),
                    HasSubstr("or correct the argv")));
  EXPECT_EQ(testee->not_installed(), "");
}

TEST_F(ManifestTest, SaysHowToStartAClass) {
  absl::StatusOr<Testee> testee = LoadWith(R"("env": {"K": "v"})");
  ASSERT_TRUE(testee.ok()) << testee.status();
  ASSERT_TRUE(testee->CheckInstalled().ok());
  EXPECT_TRUE(testee->Offers(CHILD, SYNC));
  EXPECT_FALSE(testee->Offers(CHILD, ASYNC));
  EXPECT_FALSE(testee->Offers(PARENT, SYNC));
  const SpawnOptions spawn = testee->Spawn(CHILD, SYNC);
  EXPECT_THAT(spawn.program, ::testing::EndsWith("/sh"));
  EXPECT_THAT(spawn.argv, ::testing::ElementsAre("sh", "-c", "exit"));
  EXPECT_EQ(spawn.environment.at("K"), "v");
}

}  // namespace
}  // namespace forkrpc::conformance
