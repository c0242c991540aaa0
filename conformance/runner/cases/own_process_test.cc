// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/own_process.h"

#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/embedded.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

Case CaseAbout(const std::string& req) {
  Case made;
  made.set_role(CHILD);
  made.add_reqs(req);
  made.add_steps()->mutable_clean_end();
  return made;
}

TEST(NeedsOwnProcess, WhatIsAboutAnEndOrAProcess) {
  EXPECT_FALSE(NeedsOwnProcess(CaseAbout("FR-FRM-003")));
  EXPECT_TRUE(NeedsOwnProcess(CaseAbout("FR-CLS-005")));
  EXPECT_TRUE(NeedsOwnProcess(CaseAbout("FR-PRC-001")));
  Case of_parent = CaseAbout("FR-CLS-005");
  of_parent.set_role(PARENT);
  EXPECT_FALSE(NeedsOwnProcess(of_parent));
  Case made = CaseAbout("FR-FRM-003");
  made.add_reqs("FR-CLS-005");  // not what it is about
  EXPECT_FALSE(NeedsOwnProcess(made));
  made.add_steps()->mutable_close();
  EXPECT_TRUE(NeedsOwnProcess(made));
}

TEST(NeedsOwnProcess, WhatLooksAtTheProcess) {
  Case made = CaseAbout("FR-LIM-001");
  EXPECT_FALSE(LooksAtProcess(made));
  made.add_steps()->mutable_expect_memory();
  EXPECT_TRUE(LooksAtProcess(made));
  made = CaseAbout("FR-LIM-001");
  made.add_steps()->mutable_mark_descriptors();
  EXPECT_TRUE(LooksAtProcess(made));
  made = CaseAbout("FR-LIM-001");
  made.set_nonblocking(true);
  EXPECT_TRUE(LooksAtProcess(made));
}

TEST(NeedsOwnProcess, WhatFillsTheWire) {
  Case made = CaseAbout("FR-LIM-004");
  made.add_steps()->mutable_stall_reader();
  EXPECT_TRUE(NeedsOwnProcess(made));
}

// A loose condition would share what must not be, a strict one hardly anything.
TEST(NeedsOwnProcess, ThePartOfTheSuite) {
  const SpecText spec = *SpecText::Parse(EmbeddedSpec());
  const CaseSet cases = *CaseSet::Load(EmbeddedCases(), spec);
  size_t all = 0;
  size_t own = 0;
  for (const CaseRun& run : cases.Runs()) {
    ++all;
    own += NeedsOwnProcess(*run.conformance_case) ? 1 : 0;
  }
  EXPECT_GT(own, all / 12);
  EXPECT_LT(own, all / 8);
}

}  // namespace
}  // namespace forkrpc::conformance
