// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the suite says of testees that are wrong in a known way, beside the
// verdict and the clause (fault_test.cc), and what it leaves behind.

#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "conformance/runner/verdict/test_fakes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(VerdictTest, TheRightFakesPassEveryMust) {
  for (const Role role : {CHILD, PARENT}) {
    for (const Form form : {SYNC, ASYNC}) {
      const Counts counts = Judge(role, form, "none", "*").counts();
      EXPECT_GT(counts.must_total(), 30u);
      EXPECT_EQ(counts.must_passed(), counts.must_total()) << last_log_;
      EXPECT_EQ(ExitCode(report_, /*strict=*/false), 0);
    }
  }
}

// A case that looks away: the oracle does not.
TEST_F(VerdictTest, APassThatTheOracleSeesBrokenIsTheHarnesssFault) {
  const SourceFile blind = {"child/blind.textproto", R"(
      id: "child/blind" reqs: "FR-CLS-005" level: MUST role: CHILD forms: SYNC
      axes { transport: SOCKETPAIR }
      title: "nothing is looked at" why: "to be found out"
      steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }
      steps { half_close {} }
      steps { expect_exit { status: ANY } })"};
  cases_ = *CaseSet::Load({blind}, spec_);
  const ClassResult twice = Judge(CHILD, SYNC, "answers-twice", "*");
  ASSERT_EQ(twice.runs_size(), 1);
  EXPECT_EQ(Verdict_Name(twice.runs(0).verdict()), "HARNESS") << last_log_;
  EXPECT_THAT(twice.runs(0).oracle_reqs(), Contains("FR-ORD-005"));
  EXPECT_EQ(ExitCode(report_, /*strict=*/false), 3);

  const ClassResult right = Judge(CHILD, SYNC, "none", "*");
  EXPECT_EQ(Verdict_Name(right.runs(0).verdict()), "PASS") << last_log_;
}

TEST_F(VerdictTest, AProgramThatEndsAtOnceIsNotJudged) {
  const ClassResult got = Judge(CHILD, SYNC, "ends-at-once", "*");
  EXPECT_EQ(got.state(), ClassResult::ENDED_AT_ONCE);
  EXPECT_EQ(got.runs_size(), 0);
  EXPECT_THAT(got.note(), HasSubstr("status 1"));
  EXPECT_EQ(ExitCode(report_, false), 4);
}

TEST_F(VerdictTest, AProgramThatNeverAnswersIsNotJudged) {
  const ClassResult got = Judge(CHILD, ASYNC, "never-answers", "*");
  EXPECT_EQ(got.state(), ClassResult::NO_ANSWER);
  EXPECT_EQ(got.runs_size(), 0);
  EXPECT_EQ(ExitCode(report_, false), 4);
}

TEST_F(VerdictTest, TheTesteesOwnClauseIsKept) {
  const ClassResult got = Judge(CHILD, SYNC, "claims", "child/echo:sync");
  EXPECT_EQ(got.runs(0).claimed_req(), "FR-FRM-005");
  EXPECT_EQ(got.runs(0).exit(), "status 10");
  EXPECT_THAT(last_log_, HasSubstr("  | forkrpc-req: FR-FRM-005"));
}

// What a newcomer sees of a program that dies at once.
TEST_F(VerdictTest, TheLastWordsOfADeadProgramAreShown) {
  const ClassResult got = Judge(CHILD, SYNC, "last-words", "*");
  EXPECT_EQ(got.state(), ClassResult::ENDED_AT_ONCE);
  EXPECT_THAT(got.note(), HasSubstr("line 1 | no module x"));
}

TEST_F(VerdictTest, TheOraclesClauseStandsForTheCasesFirst) {
  const SourceFile vague = {"child/vague.textproto", R"(
      id: "child/vague" reqs: "FR-FRM-003" reqs: "FR-ORD-005" level: MUST role: CHILD forms: SYNC
      axes { transport: SOCKETPAIR }
      title: "one call" why: "to see which clause is named"
      steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }
      steps { expect_frames { item { response { to: "a"
                                               payload { octets: "hi" } } } } }
      steps { half_close {} }
      steps { expect_eof {} })"};
  cases_ = *CaseSet::Load({vague}, spec_);
  const ClassResult twice = Judge(CHILD, SYNC, "answers-twice", "*");
  ASSERT_EQ(twice.runs_size(), 1);
  EXPECT_EQ(twice.runs(0).broken_req(), "FR-ORD-005") << last_log_;
}

TEST_F(VerdictTest, WhatTheCaseOfACrashIsAboutIsSaidBesideIt) {
  Judge(PARENT, SYNC, "crashes-on-event", "parent/event-first:sync");
  EXPECT_THAT(last_log_, HasSubstr("signal 6 (Aborted)"));
  EXPECT_THAT(last_log_, HasSubstr("(the case is about FR-EVT-003)"));
}

TEST_F(VerdictTest, TextInThePlaceOfAHeaderIsShownAsText) {
  Judge(CHILD, SYNC, "prints", "child/echo:sync");
  EXPECT_THAT(last_log_, HasSubstr("the text \"debug: 1\\n\": does the program "
                                   "print to the wire? FR-PRC-004"));
}

const SourceFile kEcho = {"child/one.textproto", R"(
    id: "child/one" reqs: "FR-FRM-003" level: MUST role: CHILD forms: SYNC
    axes { transport: SOCKETPAIR }
    title: "one call" why: "it has one answer"
    steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }
    steps { expect_frames { item { response { to: "a"
                                             payload { octets: "hi" } } } } }
    steps { clean_end {} })"};

// It burns more of the processor than the watchdog waits for, and answers.
TEST_F(VerdictTest, WhoWorksDoesNotHang) {
  cases_ = *CaseSet::Load({kEcho}, spec_);
  const CaseRun run = cases_.Runs().at(0);
  const RunOutcome busy =
      RunCase(run, Fake(CHILD, SYNC, "works"), spec_, {absl::Seconds(1)});
  EXPECT_EQ(Verdict_Name(busy.result.verdict()), "PASS") << busy.log;
  EXPECT_GT(busy.watched, absl::Seconds(2));
}

TEST_F(VerdictTest, WhatIsWrongWithALengthIsSaid) {
  Judge(CHILD, SYNC, "little-endian", "child/echo:sync");
  EXPECT_THAT(last_log_, HasSubstr("(that is 2 in little-endian)"));
  Judge(PARENT, SYNC, "length-with-header", "parent/call:sync");
  EXPECT_THAT(last_log_, HasSubstr("(it counts the header)"));
}

TEST_F(VerdictTest, AResponseWithAnotherIdIsToldFromAnotherResponse) {
  Judge(CHILD, ASYNC, "current-id", "child/close-with-held:async");
  EXPECT_THAT(last_log_, HasSubstr("which is the response to b with another"));
  Judge(CHILD, ASYNC, "first-in-first-out", "child/out-of-order:async");
  EXPECT_THAT(last_log_, Not(HasSubstr("with another id")));
}

TEST_F(VerdictTest, TwoResponsesAlikeInTheWrongOrderHaveNoWrongId) {
  const SourceFile alike = {"child/alike.textproto", R"(
      id: "child/alike" reqs: "FR-ORD-001" level: MUST role: CHILD forms: ASYNC
      axes { transport: SOCKETPAIR }
      title: "two responses alike" why: "only their order is wrong"
      steps { send {
        item { request { tag: "a" payload { octets: "Hx" } } }
        item { request { tag: "b" payload { octets: "Hx" } } }
        item { request { tag: "r" payload { octets: "R\001\000" } } } } }
      steps { expect_frames {
        item { response { to: "b" payload { octets: "x" } } }
        item { response { to: "a" payload { octets: "x" } } } } })"};
  const absl::StatusOr<CaseSet> cases = CaseSet::Load({alike}, spec_);
  ASSERT_TRUE(cases.ok()) << cases.status();
  const CaseRun run = cases->Runs().at(0);
  const RunOutcome got = RunCase(run, Fake(CHILD, ASYNC, "first-in-first-out"),
                                 spec_, {absl::Seconds(10)});
  EXPECT_EQ(Verdict_Name(got.result.verdict()), "FAIL") << got.log;
  EXPECT_EQ(got.result.broken_req(), "FR-ORD-001") << got.log;
}

TEST_F(VerdictTest, WhatWasSentOfARequestThatIsAnsweredIsSaid) {
  Judge(CHILD, SYNC, "signed-length", "child/length-unsigned:sync");
  EXPECT_THAT(last_log_, HasSubstr("sent whole has its response; of the next "
                                   "one 0 of 2147483648 octets were sent"));
  Judge(CHILD, ASYNC, "executes-truncated", "child/truncated-header:async");
  EXPECT_THAT(last_log_,
              HasSubstr("of the next one 2 of 8 octets of the header were"));
  // An answer to a request that was sent whole is another matter.
  Judge(CHILD, SYNC, "answers-failures", "child/failing-call:sync");
  EXPECT_THAT(last_log_, Not(HasSubstr("sent whole has its response")));
}

TEST_F(VerdictTest, AReportThatIsForgottenIsToldFromAnAdapterThatIsStuck) {
  Judge(PARENT, ASYNC, "forgets-calls", "parent/calls-fail-at-the-end:async");
  EXPECT_THAT(last_log_, HasSubstr("but is alive: it obeyed \"quit\""));
  Judge(PARENT, SYNC, "empty-tags", "parent/call:sync");
  EXPECT_THAT(last_log_, HasSubstr("names the call \"\", which was never"));
  Judge(PARENT, ASYNC, "ignores-strays", "parent/unknown-id:async");
  EXPECT_THAT(last_log_, HasSubstr("(the runner's probe)"));
}

// The verdicts and how many runs are tried, at any number of jobs.
TEST_F(VerdictTest, AClassThatOnlyHangsIsGivenUp) {
  most_hangs_ = 3;
  for (const int jobs : {1, 5}) {
    const ClassResult got = Judge(CHILD, SYNC, "hangs", "child/e*", jobs);
    ASSERT_GT(got.runs_size(), 10);
    int tried = 0;
    for (const RunResult& run : got.runs()) {
      const bool untried = run.reason().rfind("not tried: 3 runs", 0) == 0;
      EXPECT_EQ(Verdict_Name(run.verdict()), untried ? "NOT_LOOKED_AT" : "HANG")
          << run.id();
      tried += untried ? 0 : 1;
    }
    EXPECT_EQ(tried, 3);
    EXPECT_EQ(got.counts().hang(), 3u);
  }
}

TEST_F(VerdictTest, WhatIsUnsupportedIsNoFailureOfTheProgress) {
  more_of_manifest_ =
      R"("unsupported": [{"req": "FR-FRM-003", "why": "to be told apart"}],)";
  const ClassResult got = Judge(CHILD, SYNC, "none", "child/echo:sync");
  EXPECT_EQ(got.counts().unsupported(), 1u);
  EXPECT_EQ(last_failures_, 0);

  more_of_manifest_ = "";
  Judge(CHILD, SYNC, "crashes", "child/echo:sync");
  EXPECT_EQ(last_failures_, 1);
}

// A testee that is wrong everywhere, so that every verdict occurs.
TEST_F(VerdictTest, VerdictsDoNotDependOnTheNumberOfJobs) {
  const auto verdicts = [&](int jobs) {
    const ClassResult got = Judge(CHILD, ASYNC, "exits-3", "child/c*", jobs);
    std::string all;
    for (const RunResult& run : got.runs()) {
      absl::StrAppend(&all, run.id(), " ", Verdict_Name(run.verdict()), "\n");
    }
    return all;
  };
  const std::string one = verdicts(1);
  EXPECT_THAT(one, HasSubstr("CRASH"));
  EXPECT_THAT(one, HasSubstr("PASS"));
  EXPECT_EQ(one, verdicts(7));
}

int OpenDescriptors() {
  DIR* const directory = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

TEST_F(VerdictTest, NothingIsLeftBehind) {
  const int before = OpenDescriptors();
  for (const char* fault : {"crashes", "hangs", "leaves-a-grandchild"}) {
    // What hangs waits; eight can do so at a time.
    Judge(CHILD, SYNC, fault, "child/echo:sync*", /*jobs=*/8);
  }
  EXPECT_EQ(OpenDescriptors(), before);
  // No child of ours is left, dead or alive.
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  // Nor a grandchild; it may take a moment to die.
  for (int i = 0; !FindMarked().empty() && i < 5000; ++i) usleep(1000);
  EXPECT_EQ(FindMarked(), "");
}

}  // namespace
}  // namespace forkrpc::conformance
