// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/mutants/kill_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kSpec[] =
    "- **[FR-XXX-001]** A child MUST a.\n"
    "- **[FR-XXX-002]** A child MUST b.\n"
    "- **[FR-XXX-003]** A child MUST c.\n";

SourceFile CaseAbout(const std::string& name, const std::string& req) {
  return {absl::StrCat("child/", name, ".textproto"),
          absl::StrCat("id: 'child/", name, "' reqs: '", req,
                       "' level: MUST role: CHILD forms: SYNC forms: ASYNC "
                       "title: 't' why: 'w' steps { clean_end {} }")};
}

// Three cases about a clause each, and two mutants: m1 breaks the first clause
// and m2 the second.
class KillMatrixTest : public ::testing::Test {
 protected:
  KillMatrixTest()
      : spec_(*SpecText::Parse(kSpec)),
        cases_(*CaseSet::Load(
            {CaseAbout("a", "FR-XXX-001"), CaseAbout("b", "FR-XXX-002"),
             CaseAbout("c", "FR-XXX-003")},
            spec_)) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        R"(mutant { id: "t/child/m1" testee: "t" role: CHILD
                    requirements: "FR-XXX-001" description: "Errs"
                    killer { case: "child/a" } }
           mutant { id: "t/child/m2" testee: "t" role: CHILD
                    requirements: "FR-XXX-002"
                    killer { case: "child/b" } })",
        &registry_));
  }

  // What came of the mutant of this number: `deaths` are the cases by which it
  // died; the others it passed.
  MutantResult Result(int number, Form form, MutantResult::State state,
                      const std::vector<std::string>& deaths) const {
    MutantResult result;
    result.mutant = &registry_.mutant(number - 1);
    result.form = form;
    result.state = state;
    for (const Case& each : cases_.cases()) {
      RunResult run;
      run.set_id(absl::StrCat(each.id(), ":", Name(form)));
      run.set_case_id(each.id());
      run.set_verdict(PASS);
      for (const std::string& death : deaths) {
        if (death == each.id()) run.set_verdict(FAIL);
      }
      result.runs.push_back(run);
    }
    return result;
  }

  std::vector<MutantResult> Good() const {
    return {Result(1, SYNC, MutantResult::KILLED, {"child/a", "child/c"}),
            Result(1, ASYNC, MutantResult::KILLED, {"child/a"}),
            Result(2, SYNC, MutantResult::KILLED, {"child/b"})};
  }

  // What is amiss with the matrix of Good() after a change of its text.
  std::vector<std::string> AmissWith(const std::string& from,
                                     const std::string& to) const {
    const std::string matrix = KillLines(Good(), cases_);
    const std::string changed = absl::StrReplaceAll(matrix, {{from, to}});
    EXPECT_NE(changed, matrix) << from;
    return MatrixAmiss(changed, registry_, Good(), cases_);
  }

  const SpecText spec_;
  const CaseSet cases_;
  Registry registry_;
};

TEST_F(KillMatrixTest, ALineForEachDeathThatIsPutDownToAClause) {
  EXPECT_THAT(KillLines(Good(), cases_),
              ::testing::EndsWith("requirements\n"
                                  "t/child/m1\tkilled\tchild/a\tFR-XXX-001\n"
                                  "t/child/m2\tkilled\tchild/b\tFR-XXX-002\n"));
}

TEST_F(KillMatrixTest, AMutantThatLivesInOneFormHasSurvived) {
  std::vector<MutantResult> results = Good();
  results[1] = Result(1, ASYNC, MutantResult::SURVIVED, {});
  const std::string lines = KillLines(results, cases_);
  EXPECT_THAT(lines,
              HasSubstr("\nt/child/m1\tsurvived\tchild/a\tFR-XXX-001\n"));
  EXPECT_THAT(lines, Not(HasSubstr("t/child/m1\tkilled")));
  registry_.mutable_mutant(0)->clear_killer();
  EXPECT_THAT(KillLines(results, cases_),
              HasSubstr("\nt/child/m1\tsurvived\t-\tFR-XXX-001\n"));
}

TEST_F(KillMatrixTest, NothingIsAmissWithTheMatrixOfTheSameResults) {
  const std::string matrix = KillLines(Good(), cases_);
  EXPECT_THAT(MatrixAmiss(matrix, registry_, Good(), cases_), IsEmpty());
  // A few of the mutants: the others may stand there.
  EXPECT_THAT(MatrixAmiss(matrix, registry_, {Good()[2]}, cases_), IsEmpty());
}

TEST_F(KillMatrixTest, TheMatrixLacksWhatWasSeen) {
  EXPECT_THAT(AmissWith("m1\tkilled\tchild/a", "m1\tkilled\tchild/c"),
              ElementsAre("the matrix lacks t/child/m1\tchild/a"));
  // What survived when it was written was not killed.
  EXPECT_THAT(AmissWith("m2\tkilled", "m2\tsurvived"),
              ElementsAre("the matrix lacks t/child/m2\tchild/b"));
  // Neither a death by the way nor that of a mutant that is not as expected
  // belongs there.
  const std::string matrix = absl::StrReplaceAll(
      KillLines(Good(), cases_), {{"m2\tkilled", "m2\tsurvived"}});
  EXPECT_THAT(
      MatrixAmiss(matrix, registry_,
                  {Result(1, SYNC, MutantResult::KILLED, {"child/b"}),
                   Result(2, SYNC, MutantResult::WRONG_DEATH, {"child/b"})},
                  cases_),
      IsEmpty());
}

TEST_F(KillMatrixTest, TheMatrixAndTheRegistryHaveTheSameMutants) {
  EXPECT_THAT(AmissWith("t/child/m1", "t/child/m3"),
              ElementsAre("the matrix lacks t/child/m1",
                          "the matrix has t/child/m3, which is not registered",
                          "the matrix lacks t/child/m1\tchild/a"));
}

TEST_F(KillMatrixTest, ALineThatCannotBeReadIsNamed) {
  EXPECT_THAT(AmissWith("m2\tkilled\tchild/b\tFR-XXX-002",
                        "m2\tkilled\tchild/b\tFR-XXX-002\nm2 killed"),
              ElementsAre("the matrix cannot be read in line 5: m2 killed"));
  EXPECT_THAT(AmissWith("\tkilled\tchild/b", "\tdead\tchild/b"),
              ElementsAre("the matrix cannot be read in line 4: "
                          "t/child/m2\tdead\tchild/b\tFR-XXX-002",
                          "the matrix lacks t/child/m2",
                          "the matrix lacks t/child/m2\tchild/b"));
}

TEST_F(KillMatrixTest, ACaseKillsWhatItIsAboutOrSaysWhyNot) {
  const std::vector<MutantResult> results = Good();
  EXPECT_THAT(CasesWithoutKill(results, cases_),
              ElementsAre("child/c (only ones that break something else)"));
  EXPECT_THAT(CasesWithoutKill({results[2]}, cases_),
              ElementsAre("child/a", "child/c"));
  EXPECT_THAT(CasesAmiss(results, cases_, registry_),
              ElementsAre("case child/c (only ones that break something else): "
                          "kills no mutant of what it is about"));
  registry_.add_harmless()->set_case_("child/c");
  EXPECT_THAT(CasesAmiss(results, cases_, registry_), IsEmpty());
  registry_.add_harmless()->set_case_("child/a");
  EXPECT_THAT(CasesAmiss(results, cases_, registry_),
              ElementsAre("case child/a: is called harmless, and is not"));
}

TEST_F(KillMatrixTest, TheReportHasEveryDeathBothWaysRound) {
  std::vector<MutantResult> results = Good();
  results[1].cut_short = true;
  results[1].note = "it hangs";
  const std::string report = KillReport(results, cases_);
  EXPECT_THAT(report, HasSubstr("\n### t/child/m1:sync\n\nErrs.\n\n"
                                "- child/a:sync: FAIL, breaks ; put down to "
                                "FR-XXX-001\n- child/c:sync: FAIL, breaks \n"));
  EXPECT_THAT(report, HasSubstr("### t/child/m1:async\n\nErrs.\n\nit hangs\n"
                                "- child/a:async: FAIL, breaks ; put down to "
                                "FR-XXX-001\n- ... and it hangs"));
  EXPECT_THAT(report, HasSubstr("\n### child/a\n\n- t/child/m1:sync\n"
                                "- t/child/m1:async\n"));
  EXPECT_THAT(report,
              HasSubstr("\n### child/c\n\n- t/child/m1:sync (by the way)\n"));
}

TEST_F(KillMatrixTest, TheTableCountsByClass) {
  registry_.mutable_mutant(1)->clear_killer();
  EXPECT_EQ(
      KillTable({Result(1, SYNC, MutantResult::KILLED, {"child/a"}),
                 Result(1, ASYNC, MutantResult::SURVIVED, {}),
                 Result(2, SYNC, MutantResult::SURVIVED, {}),
                 Result(2, ASYNC, MutantResult::WRONG_DEATH, {"child/c"})}),
      "class                  killed  equivalent  not as it should  total\n"
      "t        child async        0           0                 2      2\n"
      "t        child sync         1           1                 0      2\n"
      "all                         1           1                 2      4\n");
}

}  // namespace
}  // namespace forkrpc::conformance
