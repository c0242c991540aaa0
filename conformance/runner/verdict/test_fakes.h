// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// VerdictTest: a fixture that runs the suite against fake testees, each of
// which is wrong in one known way.
//
//   TEST_F(VerdictTest, ACrashIsSeen) {
//     Judge(CHILD, SYNC, "crashes", "child/echo:sync");
//     EXPECT_THAT(last_log_, HasSubstr("signal 6"));
//   }

#ifndef CONFORMANCE_RUNNER_VERDICT_TEST_FAKES_H_
#define CONFORMANCE_RUNNER_VERDICT_TEST_FAKES_H_

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/verdict/suite.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {

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
        R"({"contract": 1, "name": "%s", "env": {"FORKRPC_MARK": "%s"}, %s
            "%s": {"%s": ["python3", "%s", "%s", "%s"]}})",
        fault, mark_, more_of_manifest_, Name(role), Name(form), program,
        Name(form), fault);
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
    // One that works in vain has several times as long; one that hangs at its
    // first request does so however slow the machine is.
    const bool never_answers = fault == "loops" || fault == "hangs";
    options.watchdog = absl::Seconds(fault == "none" ? 30
                                     : never_answers ? 1
                                                     : 4);
    options.start_limit = absl::Seconds(3);
    options.on_outcome = [this](const Testee&, const RunOutcome& outcome) {
      if (outcome.result.verdict() != PASS) last_log_ = outcome.log;
      return std::string();
    };
    options.on_progress = [this](const Progress& progress) {
      last_failures_ = progress.failures;
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
  int last_failures_ = 0;         // what the last progress said
  std::string more_of_manifest_;  // "key": value, with a comma behind
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_VERDICT_TEST_FAKES_H_
