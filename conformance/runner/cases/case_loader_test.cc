// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/case_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/cases/payload.h"

namespace forkrpc::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SpecText Spec() { return *SpecText::Parse(EmbeddedSpec()); }

constexpr char kAxes[] =
    "axes { transport: SOCKETPAIR transport: PIPES\n"
    "              chunking: WHOLE chunking: EVERY_OCTET }";
constexpr char kGood[] =
    R"(id: "child/x" reqs: "FR-FRM-003" reqs: "FR-SID-005" level: MUST
       role: CHILD forms: SYNC forms: ASYNC title: "t" why: "w"
       axes { transport: SOCKETPAIR transport: PIPES
              chunking: WHOLE chunking: EVERY_OCTET }
       steps { send { item { request { tag: "a" payload { octets: "E" } } } } }
       steps { clean_end {} })";

std::string LoadError(const std::string& text) {
  const absl::StatusOr<CaseSet> set =
      CaseSet::Load({{"child/x.textproto", text}}, Spec());
  return set.ok() ? "loaded" : std::string(set.status().message());
}

// kGood with one thing changed, which must be there.
std::string ErrorWith(const std::string& from, const std::string& to) {
  const std::string changed = absl::StrReplaceAll(kGood, {{from, to}});
  EXPECT_NE(changed, kGood) << from;
  return LoadError(changed);
}

TEST(CaseLoaderTest, ExpandsFormsAndAxes) {
  const absl::StatusOr<CaseSet> set =
      CaseSet::Load({{"child/x.textproto", kGood}}, Spec());
  ASSERT_TRUE(set.ok()) << set.status();
  std::vector<std::string> ids;
  for (const CaseRun& run : set->Runs()) ids.push_back(run.Id());
  EXPECT_THAT(
      ids, ::testing::ElementsAre(
               "child/x:sync", "child/x:sync:every-octet", "child/x:sync:pipes",
               "child/x:sync:pipes:every-octet", "child/x:async",
               "child/x:async:every-octet", "child/x:async:pipes",
               "child/x:async:pipes:every-octet"));
}

TEST(CaseLoaderTest, RefusesCasesThatContradictThemselves) {
  EXPECT_EQ(LoadError(kGood), "loaded");
  EXPECT_THAT(LoadError("id: 5"), HasSubstr("child/x.textproto: line 1, "));
  EXPECT_THAT(ErrorWith("child/x", "child/y"), HasSubstr("but the file is"));
  EXPECT_THAT(ErrorWith("FR-FRM-003", "FR-FRM-999"),
              HasSubstr("FR-FRM-999 is not in the specification"));
  EXPECT_THAT(ErrorWith("level: MUST", "level: SHOULD"),
              HasSubstr("the strongest clause cited is MUST"));
  EXPECT_THAT(ErrorWith("reqs: \"FR-FRM-003\"", ""),
              HasSubstr("level is MUST but the strongest clause cited is "
                        "SHOULD"));
  EXPECT_THAT(ErrorWith("role: CHILD", ""), HasSubstr("role is missing"));
  EXPECT_THAT(ErrorWith("forms: SYNC forms: ASYNC", ""),
              HasSubstr("forms are missing"));
  EXPECT_THAT(ErrorWith("why: \"w\"", ""), HasSubstr("why is missing"));
  EXPECT_THAT(ErrorWith("clean_end {}", "command { quit {} }"),
              HasSubstr("step 2: does not suit the role"));
  EXPECT_THAT(ErrorWith("clean_end {}", ""), HasSubstr("step 2: is empty"));
  EXPECT_THAT(ErrorWith("request { tag: \"a\"", "response { to: \"a\""),
              HasSubstr("step 1: a response is sent to a child"));
  EXPECT_THAT(ErrorWith("octets: \"E\"", "hex: \"4\""),
              HasSubstr("odd number of hex digits"));
  EXPECT_THAT(ErrorWith("request { tag: \"a\"",
                        "first: 2 request { times: 2 tag: \"a\""),
              HasSubstr("only one frame can be sent in part"));
  EXPECT_THAT(ErrorWith("send {", "send { cut: 4 cut: 4 "),
              HasSubstr("cuts do not ascend"));
  EXPECT_THAT(
      ErrorWith("steps { clean_end", "steps { req: \"FR-LIM-001\" clean_end"),
      HasSubstr("which the case does not cite"));
}

// Text format takes any number for an enum.
TEST(CaseLoaderTest, ANumberThatHasNoNameIsRefused) {
  EXPECT_THAT(ErrorWith("role: CHILD", "role: 7"),
              HasSubstr("role is missing"));
  for (const char* form : {"7", "FORM_UNSPECIFIED"}) {
    EXPECT_THAT(ErrorWith("forms: SYNC", absl::StrCat("forms: ", form)),
                HasSubstr("a form is none"));
  }
  for (const char* transport : {"9", "TRANSPORT_UNSPECIFIED"}) {
    EXPECT_THAT(
        ErrorWith("transport: PIPES", absl::StrCat("transport: ", transport)),
        HasSubstr("a transport is none"));
  }
  for (const char* chunking : {"9", "CHUNKING_UNSPECIFIED"}) {
    EXPECT_THAT(
        ErrorWith("chunking: WHOLE", absl::StrCat("chunking: ", chunking)),
        HasSubstr("a chunking is none"));
  }
  EXPECT_THAT(ErrorWith("send {", "send { chunking: 9 "),
              HasSubstr("step 1: a chunking is none"));
  EXPECT_THAT(ErrorWith("clean_end {}", "expect_exit { status: 9 }"),
              HasSubstr("step 2: expects an exit status that is none"));
}

TEST(CaseLoaderTest, AnErrorIsOneLine) {
  EXPECT_THAT(ErrorWith("FR-FRM-003", "FR\\n-\\033[2J"),
              HasSubstr(": FR -\\x1b[2J is not in the specification"));
  EXPECT_THAT(ErrorWith("id: \"child/x", "id: \"child\\n/x"),
              HasSubstr("child/x.textproto: id is \"child /x"));
}

// The ids of the runs of kGood with other axes.
std::vector<std::string> RunIds(const std::string& axes, Role role = CHILD) {
  std::string text = absl::StrReplaceAll(
      kGood, {{"forms: SYNC forms: ASYNC", "forms: SYNC"}, {kAxes, axes}});
  if (role == PARENT) {
    text = absl::StrReplaceAll(text, {{"CHILD", "PARENT"}});
    text.erase(text.find("steps"));
    text += "steps { expect_silence {} }";
  }
  const absl::StatusOr<CaseSet> set =
      CaseSet::Load({{"child/x.textproto", text}}, Spec());
  EXPECT_TRUE(set.ok()) << set.status();
  std::vector<std::string> ids;
  for (const CaseRun& run : set->Runs()) ids.push_back(run.Id());
  return ids;
}

TEST(CaseLoaderTest, ACaseWithoutTransportsGetsAllOfItsRole) {
  EXPECT_THAT(RunIds(""), ElementsAre("child/x:sync", "child/x:sync:pipes",
                                      "child/x:sync:unix", "child/x:sync:tcp"));
  EXPECT_THAT(
      RunIds("", PARENT),
      ElementsAre("child/x:sync", "child/x:sync:unix", "child/x:sync:tcp"));
}

TEST(CaseLoaderTest, RandomSplitsAreNumbered) {
  EXPECT_THAT(
      RunIds("axes { transport: TCP chunking: WHOLE "
             "chunking: RANDOM_SPLITS random_splits: 2 }"),
      ElementsAre("child/x:sync:tcp", "child/x:sync:tcp:random-splits-1",
                  "child/x:sync:tcp:random-splits-2"));
}

TEST(CaseLoaderTest, ARunHasItsSize) {
  const std::string text = absl::StrReplaceAll(
      kGood, {{"octets: \"E\"",
               "octets: \"E\" } payload { size {} } payload { "
               "size_number {}"},
              {"forms: SYNC forms: ASYNC", "forms: SYNC"},
              {kAxes, "axes { sizes: 0 sizes: 258 transport: TCP }"}});
  const absl::StatusOr<CaseSet> set =
      CaseSet::Load({{"child/x.textproto", text}}, Spec());
  ASSERT_TRUE(set.ok()) << set.status();
  const std::vector<CaseRun> runs = set->Runs();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].Id(), "child/x:sync:tcp:size-0");
  EXPECT_EQ(runs[1].Id(), "child/x:sync:tcp:size-258");
  const auto payload = [](const CaseRun& run) {
    const Step& step = run.conformance_case->steps(0);
    return MakePayload(step.send().item(0).request().payload(), 0);
  };
  EXPECT_EQ(payload(runs[0]), std::string("E\0\0\0\0", 5));
  EXPECT_EQ(payload(runs[1]).size(), 1u + 258 + 4);
  EXPECT_EQ(payload(runs[1]).substr(259), std::string("\0\0\1\2", 4));
}

TEST(CaseLoaderTest, WrongAxesAreFound) {
  const auto error = [](const std::string& axes) {
    return ErrorWith(kAxes, "axes { " + axes + " }");
  };
  EXPECT_THAT(error("transport: TCP transport: TCP"), HasSubstr("twice"));
  EXPECT_THAT(ErrorWith("forms: ASYNC", "forms: SYNC"), HasSubstr("twice"));
  EXPECT_THAT(error("sizes: 5"), HasSubstr("no payload has them"));
  EXPECT_THAT(error("random_splits: 101"), HasSubstr("beyond 100"));
  EXPECT_THAT(ErrorWith("octets: \"E\"", "size {}"),
              HasSubstr("size of the axis, which has none"));
}

TEST(CaseLoaderTest, AnIdStandsOnce) {
  const absl::StatusOr<CaseSet> set = CaseSet::Load(
      {{"child/x.textproto", kGood}, {"child/x.textproto", kGood}}, Spec());
  EXPECT_THAT(set.status().message(), HasSubstr("twice"));
}

constexpr char kOfAParent[] =
    R"(id: "parent/y" reqs: "FR-FRM-003" level: MUST role: PARENT forms: SYNC
       forms: ASYNC title: "t" why: "w" steps { command { quit {} } }
       steps { expect_exit { status: NOT_SIGNAL } })";

// It would be expected as an empty one.
TEST(CaseLoaderTest, WrongHexInAReportIsFound) {
  for (const char* report : {"result", "event"}) {
    const std::string text = absl::StrReplaceAll(
        kOfAParent, {{"command { quit {} }",
                      absl::StrCat("expect_reports { item { ", report,
                                   " { payload { hex: \"4\" } } } }")}});
    EXPECT_THAT(CaseSet::Load({{"parent/y.textproto", text}}, Spec())
                    .status()
                    .message(),
                HasSubstr("odd number of hex digits"));
  }
}

// What is said of child/x, whose twin is child/y: kGood but for one change.
std::string TwinError(const std::string& from, const std::string& to) {
  const std::string with_twin = absl::StrReplaceAll(
      kGood, {{"title: \"t\"", "title: \"t\" twin: \"child/y\""}});
  const std::string twin =
      absl::StrReplaceAll(kGood, {{"child/x", "child/y"}, {from, to}});
  const absl::StatusOr<CaseSet> set = CaseSet::Load(
      {{"child/x.textproto", with_twin}, {"child/y.textproto", twin}}, Spec());
  return set.ok() ? "loaded" : std::string(set.status().message());
}

TEST(CaseLoaderTest, ATwinIsACaseWithoutErrorOfAllTheForms) {
  EXPECT_EQ(TwinError("why: \"w\"", "why: \"other\""), "loaded");
  EXPECT_THAT(TwinError("forms: SYNC ", ""), HasSubstr("lacks the form SYNC"));
  EXPECT_THAT(TwinError("why: \"w\"", "why: \"w\" twin: \"child/x\""),
              HasSubstr("has a twin"));
  EXPECT_THAT(ErrorWith("why: \"w\"", "why: \"w\" twin: \"child/z\""),
              HasSubstr("there is no case \"child/z\""));
  const absl::StatusOr<CaseSet> set = CaseSet::Load(
      {{"child/x.textproto",
        absl::StrReplaceAll(kGood,
                            {{"why: \"w\"", "why: \"w\" twin: \"parent/y\""}})},
       {"parent/y.textproto", kOfAParent}},
      Spec());
  EXPECT_THAT(set.status().message(), HasSubstr("is of the other role"));
}

// Load() checks what each case must satisfy by itself; see CaseSet.
TEST(CaseLoaderTest, TheShippedCasesLoad) {
  const absl::StatusOr<CaseSet> set = CaseSet::Load(EmbeddedCases(), Spec());
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_GE(set->cases().size(), 80u);
  std::set<std::string> ids;
  std::set<std::string> classes;
  for (const CaseRun& run : set->Runs()) {
    EXPECT_TRUE(ids.insert(run.Id()).second) << run.Id();
    classes.insert(
        absl::StrCat(Name(run.conformance_case->role()), Name(run.form)));
  }
  EXPECT_EQ(classes.size(), 4u);
}

TEST(CaseLoaderTest, AFolderWithoutCasesIsAnError) {
  EXPECT_EQ(CaseSet::ReadDirectory("/nonexistent").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(CaseSet::ReadDirectory(::testing::TempDir()).status().message(),
              HasSubstr("holds no *.textproto"));
}

}  // namespace
}  // namespace forkrpc::conformance
