// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Each fault of a testee must get the verdict, and break the clause, that
// belongs to it; without it the same run passes.

#include <ostream>
#include <string>

#include "conformance/runner/verdict/test_fakes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace forkrpc::conformance
