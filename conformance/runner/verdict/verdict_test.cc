// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The suite against testees that are wrong in one known way: each must get the
// verdict, and break the clause, that belongs to its fault.

#include <dirent.h>
#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/verdict/suite.h"

namespace forkrpc::conformance {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class VerdictTest : public ::testing::Test {
 protected:
  VerdictTest()
      : spec_(*SpecText::Parse(EmbeddedSpec())),
        cases_(*CaseSet::Load(EmbeddedCases(), spec_)) {
    signal(SIGPIPE, SIG_IGN);
  }

  // A testee of fake_child.py or fake_parent.py with one fault.
  Testee Fake(Role role, Form form, const std::string& fault) {
    const std::string program = std::filesystem::absolute(absl::StrCat(
        "conformance/runner/verdict/testdata/fake_", Name(role), ".py"));
    const std::string path = absl::StrCat(::testing::TempDir(), "/", Name(role),
                                          Name(form), fault, ".json");
    std::ofstream(path) << absl::StrFormat(
        R"({"contract": 1, "name": "%s", "env": {"FORKRPC_MARK": "%s"},
            "%s": {"%s": ["python3", "%s", "%s", "%s"]}})",
        fault, mark_, Name(role), Name(form), program, Name(form), fault);
    absl::StatusOr<Testee> testee = Testee::Load(path, spec_);
    EXPECT_TRUE(testee.ok()) << testee.status();
    EXPECT_TRUE(testee->CheckInstalled().ok());
    return *std::move(testee);
  }

  // Runs the filtered cases against one fake and returns its class.
  ClassResult Judge(Role role, Form form, const std::string& fault,
                    const std::string& filter, int jobs = 2) {
    SuiteOptions options;
    options.filter = filter;
    // The other transports are the bundled testees' affair: these are slow.
    if (filter == "*") options.selection.transport = SOCKETPAIR;
    options.jobs = jobs;
    options.most_hangs = most_hangs_;
    // What is right may be slow on a busy machine; what hangs costs this long.
    // One that works in vain has several times as long.
    options.watchdog = absl::Seconds(fault == "none"    ? 30
                                     : fault == "loops" ? 1
                                                        : 4);
    options.start_limit = absl::Seconds(3);
    options.on_outcome = [this](const Testee&, const RunOutcome& outcome) {
      if (outcome.result.verdict() != PASS) last_log_ = outcome.log;
      return std::string();
    };
    std::vector<Testee> testees;
    testees.push_back(Fake(role, form, fault));
    report_ = RunSuite(options, testees, cases_, spec_);
    for (const ClassResult& each : report_.testees(0).classes()) {
      if (each.role() == role && each.form() == form) return each;
    }
    return ClassResult();
  }

  // A living process with our mark in its environment, or "".
  std::string FindMarked() const {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream in(entry.path() / "environ");
      const std::string all(std::istreambuf_iterator<char>(in), {});
      if (all.find("FORKRPC_MARK=" + mark_) != all.npos) return entry.path();
    }
    return "";
  }

  // Tells our testees from those of the same test running beside us.
  const std::string mark_ =
      absl::StrCat(getpid(), "-", absl::ToUnixNanos(absl::Now()));
  const SpecText spec_;
  CaseSet cases_;
  Report report_;
  std::string last_log_;
  int most_hangs_ = 0;
};

struct Fault {
  Role role;
  Form form;
  const char* name;
  const char* run;  // that must find it
  Verdict verdict;
  const char* clause;  // that it must name
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name << " by " << fault.run;
}

class FaultTest : public VerdictTest,
                  public ::testing::WithParamInterface<Fault> {};

TEST_P(FaultTest, GetsItsVerdict) {
  const Fault& fault = GetParam();
  const ClassResult got = Judge(fault.role, fault.form, fault.name, fault.run);
  ASSERT_EQ(got.runs_size(), 1) << got.ShortDebugString();
  EXPECT_EQ(Verdict_Name(got.runs(0).verdict()), Verdict_Name(fault.verdict))
      << last_log_;
  EXPECT_EQ(got.runs(0).broken_req(), fault.clause);
  const Requirement* const clause = spec_.Find(fault.clause);
  EXPECT_EQ(got.runs(0).broken_text(),
            clause == nullptr ? "" : clause->sentence);
  // The log shows the clause, the failing step and the reason.
  EXPECT_THAT(last_log_, HasSubstr(fault.clause));
  EXPECT_THAT(last_log_, HasSubstr("is not passed: "));
}

// The same runs must pass when the fault is left out.
TEST_P(FaultTest, WithoutTheFaultItPasses) {
  const Fault& fault = GetParam();
  const ClassResult got = Judge(fault.role, fault.form, "none", fault.run);
  ASSERT_EQ(got.runs_size(), 1);
  EXPECT_EQ(Verdict_Name(got.runs(0).verdict()), "PASS") << last_log_;
}

constexpr Fault kFaults[] = {
    {CHILD, SYNC, "crashes", "child/echo:sync", CRASH, "FR-CLS-013"},
    {CHILD, ASYNC, "exits-3", "child/echo:async", CRASH, "FR-CLS-013"},
    {CHILD, SYNC, "exits-89", "child/echo:sync", UNSUPPORTED, "FR-FRM-003"},
    {CHILD, ASYNC, "hangs", "child/echo:async", HANG, "FR-FRM-003"},
    {CHILD, SYNC, "loops", "child/echo:sync", HANG, "FR-FRM-003"},
    {CHILD, SYNC, "claims", "child/echo:sync", FAIL, "FR-FRM-003"},
    {CHILD, SYNC, "little-endian", "child/echo:sync", FAIL, "FR-FRM-003"},
    {CHILD, ASYNC, "length-with-header", "child/echo:async", FAIL,
     "FR-FRM-005"},
    {CHILD, SYNC, "length-plus-one", "child/echo:sync", FAIL, "FR-FRM-005"},
    {CHILD, SYNC, "length-minus-one", "child/echo:sync", FAIL, "FR-FRM-005"},
    {CHILD, SYNC, "prints", "child/echo:sync", FAIL, "FR-FRM-008"},
    {CHILD, ASYNC, "prints", "child/close-after-calls:async", FAIL,
     "FR-FRM-008"},
    {CHILD, ASYNC, "crashes-at-end", "child/close-after-calls:async", CRASH,
     "FR-CLS-005"},
    {CHILD, SYNC, "16-bit-length", "child/length-borders:sync", FAIL,
     "FR-FRM-004"},
    {CHILD, ASYNC, "corrupts", "child/all-octets:async", FAIL, "FR-FRM-009"},
    {CHILD, ASYNC, "id-plus-one", "child/high-ids:async", FAIL, "FR-SID-003"},
    {CHILD, ASYNC, "id-31-bit", "child/high-ids:async", FAIL, "FR-SID-003"},
    {CHILD, SYNC, "answers-twice", "child/answers-once:sync", FAIL,
     "FR-ORD-005"},
    {CHILD, ASYNC, "event-after-response", "child/event:async", FAIL,
     "FR-EVT-001"},
    {CHILD, SYNC, "event-has-id", "child/event:sync", FAIL, "FR-EVT-001"},
    {CHILD, SYNC, "swallows-events", "child/events-of-calls:sync", FAIL,
     "FR-EVT-004"},
    {CHILD, ASYNC, "first-in-first-out", "child/out-of-order:async", FAIL,
     "FR-SID-003"},
    {CHILD, ASYNC, "current-id", "child/close-with-held:async", FAIL,
     "FR-SID-003"},
    {CHILD, ASYNC, "cannot-hold", "child/overtake:async", FAIL, "FR-ORD-006"},
    {CHILD, SYNC, "answers-failures", "child/failing-call:sync", FAIL,
     "FR-ERR-008"},
    {CHILD, SYNC, "greets", "child/no-greeting:sync", FAIL, "FR-FRM-008"},
    {CHILD, SYNC, "zero-is-end", "child/empty-request:sync", FAIL,
     "FR-FRM-006"},
    {CHILD, SYNC, "executes-truncated", "child/truncated-payload-status:sync",
     FAIL, "FR-ERR-005"},
    {CHILD, ASYNC, "executes-truncated", "child/length-bomb:async", FAIL,
     "FR-ERR-004"},
    {CHILD, ASYNC, "executes-truncated", "child/truncated-payload:async", FAIL,
     "FR-ERR-004"},
    {CHILD, SYNC, "silent-truncation", "child/truncated-header-status:sync",
     FAIL, "FR-ERR-005"},
    {CHILD, SYNC, "status-at-end", "child/close-after-calls:sync", FAIL,
     "FR-CLS-005"},
    {CHILD, SYNC, "stays-at-end", "child/close-after-calls:sync", HANG,
     "FR-CLS-006"},
    {CHILD, ASYNC, "farewell", "child/close-after-calls:async", FAIL,
     "FR-CLS-006"},
    {CHILD, SYNC, "endless-farewell", "child/close-after-calls:sync", FAIL,
     "FR-CLS-006"},
    {CHILD, ASYNC, "allocates-length", "child/length-bomb:async", FAIL,
     "FR-LIM-001"},
    {CHILD, SYNC, "leaves-a-grandchild", "child/close-idle:sync", HANG,
     "FR-CLS-006"},
    {PARENT, ASYNC, "little-endian", "parent/call:async", FAIL, "FR-FRM-001"},
    {PARENT, SYNC, "length-with-header", "parent/call:sync", FAIL,
     "FR-FRM-005"},
    {PARENT, ASYNC, "id-zero", "parent/unique-ids:async", FAIL, "FR-SID-001"},
    {PARENT, ASYNC, "same-id", "parent/unique-ids:async", FAIL, "FR-SID-002"},
    {PARENT, SYNC, "corrupts-requests", "parent/all-octets:sync", FAIL,
     "FR-FRM-009"},
    {PARENT, ASYNC, "corrupts-results", "parent/all-octets:async", FAIL,
     "FR-FRM-009"},
    {PARENT, ASYNC, "first-in-first-out", "parent/reordered:async", FAIL,
     "FR-SID-007"},
    {PARENT, SYNC, "wants-id-one", "parent/any-id:sync", FAIL, "FR-SID-006"},
    {PARENT, SYNC, "events-are-responses", "parent/event-in-flight:sync", FAIL,
     "FR-EVT-002"},
    // The specification says nothing of how a parent's program ends.
    {PARENT, SYNC, "crashes-on-event", "parent/event-first:sync", CRASH, ""},
    {PARENT, ASYNC, "swallows-empty", "parent/empty-event:async", FAIL,
     "FR-EVT-002"},
    {PARENT, SYNC, "reports-twice", "parent/order:sync", FAIL, "FR-ORD-004"},
    {PARENT, ASYNC, "ignores-strays", "parent/unknown-id:async", FAIL,
     "FR-ERR-001"},
    {PARENT, SYNC, "ignores-strays", "parent/unasked-response:sync", FAIL,
     "FR-ERR-002"},
    {PARENT, ASYNC, "ignores-eof", "parent/end-in-flight:async", FAIL,
     "FR-ERR-003"},
    {PARENT, ASYNC, "forgets-calls", "parent/calls-fail-at-the-end:async", FAIL,
     "FR-ERR-007"},
    {PARENT, SYNC, "no-half-close", "parent/drop-idle:sync", HANG,
     "FR-CLS-001"},
    {PARENT, SYNC, "writes-only", "parent/mutual-write:sync", HANG,
     "FR-LIM-004"},
    {PARENT, ASYNC, "allocates-length", "parent/length-bomb:async", FAIL,
     "FR-LIM-001"},
    {PARENT, SYNC, "bad-report", "parent/call:sync", FAIL, "FR-FRM-001"},
    {CHILD, ASYNC, "leaves", "child/stays:async", FAIL, "FR-CLS-013"},
    {CHILD, SYNC, "signed-length", "child/length-unsigned:sync", FAIL,
     "FR-FRM-010"},
    {CHILD, SYNC, "limit-512k", "child/one-mebibyte:sync", FAIL, "FR-LIM-006"},
    {CHILD, ASYNC, "forgets-output", "child/output-before-error:async", FAIL,
     "FR-ERR-019"},
    {PARENT, SYNC, "reverses", "parent/requests-in-order:sync", FAIL,
     "FR-ORD-007"},
    {PARENT, ASYNC, "leaving-is-clean", "parent/child-leaves:async", FAIL,
     "FR-CLS-012"},
    {PARENT, ASYNC, "stays-open", "parent/error-closes:async", HANG,
     "FR-ERR-013"},
    {PARENT, SYNC, "signed-length", "parent/length-unsigned:sync", FAIL,
     "FR-FRM-010"},
    {PARENT, ASYNC, "limit-512k", "parent/one-mebibyte:async", FAIL,
     "FR-LIM-006"},
    // What comes when the case has seen what it is about.
    {CHILD, SYNC, "answers-twice", "child/parent-gone-idle:sync", FAIL,
     "FR-CLS-008"},
    {CHILD, ASYNC, "answers-twice", "child/parent-gone-inside-frame:async",
     FAIL, "FR-CLS-008"},
    {PARENT, ASYNC, "repeats-requests", "parent/child-leaves:async", FAIL,
     "FR-CLS-012"},
    {PARENT, ASYNC, "repeats-requests", "parent/end-after-1:async", FAIL,
     "FR-ERR-003"},
    {PARENT, ASYNC, "repeats-requests", "parent/end-after-4:async", FAIL,
     "FR-ERR-003"},
    {PARENT, ASYNC, "repeats-requests", "parent/end-after-7:async", FAIL,
     "FR-ERR-003"},
    {PARENT, ASYNC, "repeats-requests", "parent/end-before-last-octet:async",
     FAIL, "FR-ERR-003"},
    {PARENT, ASYNC, "repeats-requests", "parent/end-in-flight:async", FAIL,
     "FR-ERR-003"},
    {PARENT, ASYNC, "repeats-requests", "parent/end-inside-response:async",
     FAIL, "FR-ERR-003"},
    {PARENT, ASYNC, "repeats-requests", "parent/length-bomb:async", FAIL,
     "FR-LIM-001"},
    {PARENT, ASYNC, "repeats-requests", "parent/length-unsigned:async", FAIL,
     "FR-FRM-010"},
    {PARENT, ASYNC, "repeats-requests", "parent/loss-when-idle:async", FAIL,
     "FR-CLS-012"},
    {PARENT, ASYNC, "calls-after-error", "parent/calls-fail-of-an-error:async",
     FAIL, "FR-ERR-007"},
    {PARENT, ASYNC, "calls-after-error", "parent/events-behind-an-error:async",
     FAIL, "FR-ERR-006"},
    {PARENT, ASYNC, "calls-after-error", "parent/extra-response:async", FAIL,
     "FR-ERR-002"},
    {PARENT, ASYNC, "calls-after-error", "parent/extra-response-at-once:async",
     FAIL, "FR-ERR-001"},
    {PARENT, ASYNC, "calls-after-error", "parent/late-second-response:async",
     FAIL, "FR-ERR-001"},
    {PARENT, ASYNC, "calls-after-error", "parent/length-bomb-in-flight:async",
     FAIL, "FR-LIM-002"},
    {PARENT, ASYNC, "calls-after-error", "parent/nothing-behind-an-error:async",
     FAIL, "FR-ERR-006"},
    {PARENT, ASYNC, "calls-after-error", "parent/second-response:async", FAIL,
     "FR-ERR-001"},
    {PARENT, ASYNC, "calls-after-error", "parent/unasked-behind-events:async",
     FAIL, "FR-ERR-002"},
    {PARENT, ASYNC, "calls-after-error", "parent/unasked-response:async", FAIL,
     "FR-ERR-002"},
    {PARENT, ASYNC, "calls-after-error", "parent/unknown-id:async", FAIL,
     "FR-ERR-001"},
    {PARENT, ASYNC, "calls-after-error", "parent/unknown-id-high:async", FAIL,
     "FR-ERR-001"},
    {PARENT, ASYNC, "calls-after-error", "parent/unknown-id-next:async", FAIL,
     "FR-ERR-001"},
    {PARENT, ASYNC, "calls-after-error", "parent/unknown-id-swapped:async",
     FAIL, "FR-ERR-001"},
    {CHILD, SYNC, "24-bit-length", "child/length-16-mib:sync", FAIL,
     "FR-FRM-004"},
    {CHILD, ASYNC, "gives-up-slow-frame", "child/pause-inside-frame:async",
     FAIL, "FR-LIM-005"},
    {PARENT, ASYNC, "text-mode", "parent/line-ends:async", FAIL, "FR-FRM-009"},
    {PARENT, ASYNC, "24-bit-length", "parent/length-16-mib:async", FAIL,
     "FR-FRM-004"},
    {PARENT, SYNC, "ends-lines", "parent/two-calls-in-a-row:sync", FAIL,
     "FR-FRM-008"},
    {PARENT, SYNC, "crashes-on-event", "parent/event-between-calls:sync", CRASH,
     ""},
    {PARENT, SYNC, "looks-at-ids", "parent/any-id-descending:sync", FAIL,
     "FR-SID-006"},
    {PARENT, SYNC, "dies-of-sigpipe", "parent/write-fails:sync", CRASH, ""},
    {PARENT, ASYNC, "gives-up-slow-frame", "parent/pause-inside-frame:async",
     FAIL, "FR-LIM-005"},
    // What is wrong only when a write has been blocked for some time.
    {CHILD, SYNC, "gives-up-when-blocked", "child/slow-reader:sync", FAIL,
     "FR-LIM-003"},
    {CHILD, ASYNC, "gives-up-when-blocked", "child/slow-reader-events:async",
     FAIL, "FR-LIM-003"},
    {PARENT, SYNC, "gives-up-when-blocked", "parent/slow-child:sync", HANG,
     "FR-LIM-003"},
    {PARENT, ASYNC, "gives-up-when-blocked", "parent/slow-child-small:async",
     HANG, "FR-LIM-003"},
};

INSTANTIATE_TEST_SUITE_P(All, FaultTest, ::testing::ValuesIn(kFaults));

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
      id: "child/blind" reqs: "FR-CLS-008" level: MUST role: CHILD forms: SYNC
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
    Judge(CHILD, SYNC, fault, "child/echo:sync*");
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
