// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_verdict.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// FR-X-0 to -8 are MUSTs, FR-X-9 is a SHOULD.
class VerdictTest : public testing::Test {
 protected:
  VerdictTest() : testee_(report_.add_testees()), class_(AddClass()) {
    for (int i = 0; i < 10; ++i) {
      RequirementInfo* const info = report_.add_requirements();
      info->set_id(absl::StrCat("FR-X-", i));
      info->set_level(i < 9 ? MUST : SHOULD);
    }
    class_->mutable_score()->set_runs_total(4);
  }

  ClassResult* AddClass(ClassResult::State state = ClassResult::RAN,
                        const std::string& note = "") {
    ClassResult* const each = testee_->add_classes();
    each->set_role(CHILD);
    each->set_form(ASYNC);
    each->set_state(state);
    each->set_note(note);
    return each;
  }

  RunResult* Add(const std::string& case_id, Level level, Verdict verdict,
                 const std::string& req = "") {
    RunResult* const run = class_->add_runs();
    run->set_case_id(case_id);
    run->set_level(level);
    run->set_verdict(verdict);
    run->set_broken_req(req);
    return run;
  }

  void Passed(int runs) {
    for (int i = 0; i < runs; ++i) Add("child/good", MUST, PASS);
  }

  std::string Text() const { return VerdictOf(report_, *testee_).text; }
  Standing Stands() const { return VerdictOf(report_, *testee_).standing; }

  Report report_;
  TesteeResult* testee_;
  ClassResult* class_;
};

TEST_F(VerdictTest, KeepsAll) {
  Passed(4);
  EXPECT_EQ(Text(), "keeps every MUST and SHOULD; all 4 runs tried.");
  EXPECT_EQ(Stands(), Standing::kKeepsAll);
}

TEST_F(VerdictTest, WhatWasNotTriedIsNotKept) {
  Passed(3);
  Add("child/long", MUST, UNSUPPORTED);
  EXPECT_EQ(Text(),
            "keeps every MUST and SHOULD that was tried; 1 run UNSUPPORTED, as "
            "it said beforehand; 3 of 4 runs tried.");
}

TEST_F(VerdictTest, WhatCouldNotBeLookedAtIsCounted) {
  Passed(3);
  Add("child/memory", MUST, NOT_LOOKED_AT);
  EXPECT_EQ(Text(),
            "keeps every MUST and SHOULD that was tried; 1 run could not be "
            "looked at on this machine; 3 of 4 runs tried.");
}

TEST_F(VerdictTest, ClausesOfMostCasesComeFirst) {
  Add("child/a", MUST, FAIL, "FR-X-1");
  Add("child/b", MUST, CRASH, "FR-X-2");
  Add("child/c", MUST, HANG, "FR-X-2");
  Add("child/c", MUST, HANG, "FR-X-2");
  EXPECT_EQ(Text(),
            "breaks 2 MUSTs in 3 cases: FR-X-2, FR-X-1; all 4 runs "
            "tried.");
  EXPECT_EQ(Stands(), Standing::kBreaksMust);
}

TEST_F(VerdictTest, ManyClausesAreCounted) {
  for (int i = 0; i < 9; ++i) {
    Add("child/a", MUST, FAIL, absl::StrCat("FR-X-", i));
  }
  EXPECT_EQ(Text().substr(0, Text().find(';')),
            "breaks 9 MUSTs in 1 case: FR-X-0, FR-X-1, FR-X-2, FR-X-3, FR-X-4, "
            "FR-X-5 and 3 more");
}

TEST_F(VerdictTest, AShouldIsNoMust) {
  Passed(3);
  Add("child/s", SHOULD, FAIL, "FR-X-9");
  EXPECT_EQ(Text(),
            "keeps every MUST; misses 1 SHOULD in 1 case: FR-X-9; all 4 "
            "runs tried.");
  EXPECT_EQ(Stands(), Standing::kMissesShould);
}

TEST_F(VerdictTest, ACaseOfAMustThatFailsByAShouldBreaksAMust) {
  Passed(3);
  Add("child/m", MUST, FAIL, "FR-X-9");
  EXPECT_EQ(Text(), "breaks a MUST in 1 case; all 4 runs tried.");
}

TEST_F(VerdictTest, WhatIsExpectedIsBrokenAllTheSame) {
  Passed(3);
  Add("child/m", MUST, FAIL, "FR-X-1")->set_expected("known");
  EXPECT_EQ(Text(),
            "breaks 1 MUST in 1 case: FR-X-1 (all expected); all 4 runs "
            "tried.");
}

TEST_F(VerdictTest, NoJudgementIsNoPraise) {
  Passed(3);
  Add("child/m", MUST, HARNESS);
  EXPECT_EQ(Text(),
            "keeps every MUST and SHOULD that was tried; of 1 run the suite "
            "gives no judgement; 3 of 4 runs tried.");
  EXPECT_EQ(Stands(), Standing::kNotJudged);
}

TEST_F(VerdictTest, AClassThatNeverStartedIsSaid) {
  Passed(4);
  AddClass(ClassResult::NOT_OFFERED, "no argv");
  EXPECT_EQ(Stands(), Standing::kKeepsAll);
  AddClass(ClassResult::NO_ANSWER, "no\nanswer");
  EXPECT_EQ(Text(),
            "keeps every MUST and SHOULD; not judged: child async (no answer); "
            "all 4 runs tried.");
  EXPECT_EQ(Stands(), Standing::kNotJudged);
}

TEST_F(VerdictTest, NothingTried) {
  class_->set_state(ClassResult::NOT_INSTALLED);
  class_->set_note("not installed: buy it");
  EXPECT_EQ(Text(),
            "was not judged; not judged: child async (not installed: buy it).");
  EXPECT_EQ(Stands(), Standing::kNotJudged);
}

}  // namespace
}  // namespace forkrpc::conformance
