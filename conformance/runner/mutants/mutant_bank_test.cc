// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/mutants/mutant_bank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/mutants/mutants_command.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One call, and nothing but its answer.
constexpr char kOnce[] = R"(
    id: "child/once" reqs: "FR-ORD-005" level: MUST
    role: CHILD forms: SYNC forms: ASYNC title: "t" why: "w"
    steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }
    steps { req: "FR-ORD-005"
            expect_frames { item { response { to: "a"
                                              payload { octets: "hi" } } } } }
    steps { expect_silence {} }
    steps { clean_end {} })";
// No call, and no octet.
constexpr char kIdle[] = R"(
    id: "child/idle" reqs: "FR-CLS-006" level: MUST
    role: CHILD forms: SYNC forms: ASYNC title: "t" why: "w"
    steps { half_close {} }
    steps { expect_eof {} }
    steps { expect_exit { status: ZERO } })";
// Passes whatever the child answers; the oracle does not.
constexpr char kBlind[] = R"(
    id: "child/blind" reqs: "FR-CLS-005" level: MUST
    role: CHILD forms: SYNC title: "t" why: "w"
    steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }
    steps { half_close {} }
    steps { expect_exit { status: ANY } })";

constexpr char kMutant[] = R"(
    id: "fake/child/answers-twice" testee: "fake" role: CHILD forms: SYNC
    requirements: "FR-ORD-005" operator: "answers-twice" description: "Errs"
    killer { case: "child/once" verdict: FAIL requirement: "FR-ORD-005" })";

class MutantBankTest : public ::testing::Test {
 protected:
  MutantBankTest()
      : spec_(*SpecText::Parse(EmbeddedSpec())),
        cases_(Load({{"child/idle.textproto", kIdle},
                     {"child/once.textproto", kOnce}})) {
    signal(SIGPIPE, SIG_IGN);
  }

  CaseSet Load(const std::vector<SourceFile>& files) const {
    absl::StatusOr<CaseSet> cases = CaseSet::Load(files, spec_);
    EXPECT_TRUE(cases.ok()) << cases.status();
    return *std::move(cases);
  }

  // A mutant like kMutant, with its operator and one more thing changed.
  const Mutant& Add(const std::string& operator_name,
                    const std::string& from = "", const std::string& to = "") {
    std::string text =
        absl::StrReplaceAll(kMutant, {{"answers-twice", operator_name}});
    if (!from.empty()) {
      EXPECT_THAT(text, HasSubstr(from));
      text = absl::StrReplaceAll(text, {{from, to}});
    }
    mutants_.push_back(std::make_unique<Mutant>());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        text, mutants_.back().get()));
    return *mutants_.back();
  }

  std::vector<const Mutant*> Mutants() const {
    std::vector<const Mutant*> all;
    for (const auto& each : mutants_) all.push_back(each.get());
    return all;
  }

  // The path of a manifest of fake_child.py, which takes FORKRPC_MUTANT for its
  // fault; `fault` is the one that it has without a mutant.
  std::string Manifest(const std::string& fault) const {
    const std::string program = std::filesystem::absolute(
        "conformance/runner/verdict/testdata/fake_child.py");
    const std::string start = absl::StrCat(
        "exec python3 ", program, " $0 ${FORKRPC_MUTANT:-", fault, "}");
    const std::string path =
        absl::StrCat(::testing::TempDir(), "/", fault, ".json");
    std::ofstream(path) << absl::StrFormat(
        R"({"contract": 1, "name": "fake",
            "child": {"sync": ["sh", "-c", "%s", "sync"],
                      "async": ["sh", "-c", "%s", "async"]}})",
        start, start);
    return path;
  }

  Testee Fake(const std::string& fault = "none") const {
    absl::StatusOr<Testee> testee = Testee::Load(Manifest(fault), spec_);
    EXPECT_TRUE(testee.ok()) << testee.status();
    EXPECT_TRUE(testee->CheckInstalled().ok());
    return *std::move(testee);
  }

  // What comes of the mutants that were added.
  std::vector<MutantResult> ExamineAll() {
    std::map<std::string, Testee> testees;
    testees.emplace("fake", Fake());
    return Examine(Mutants(), testees, cases_, spec_, options_);
  }

  // What comes of the one mutant that was added, which has one form.
  MutantResult ExamineOne() {
    std::vector<MutantResult> results = ExamineAll();
    EXPECT_EQ(results.size(), 1);
    return results[0];
  }

  std::string WriteRegistry(const std::string& text) const {
    const std::string path = ::testing::TempDir() + "/registry.textproto";
    std::ofstream(path) << text;
    return path;
  }

  // What LoadRegistry says of kMutant and a harmless case with one change.
  std::string ErrorWith(const std::string& from, const std::string& to) const {
    const std::string good =
        absl::StrCat("testee { name: 'fake' manifest: 'fake.json' } mutant {",
                     kMutant, "} harmless { case: 'child/idle' because: 'b' }");
    const std::string text = absl::StrReplaceAll(good, {{from, to}});
    EXPECT_TRUE(from.empty() || text != good) << from;
    const absl::StatusOr<Registry> registry =
        LoadRegistry(WriteRegistry(text), cases_, spec_);
    return registry.ok() ? "loaded" : std::string(registry.status().message());
  }

  const SpecText spec_;
  CaseSet cases_;
  std::vector<std::unique_ptr<Mutant>> mutants_;
  BankOptions options_ = [] {
    BankOptions options;
    // What is right may be slow on a busy machine.
    options.watchdog = absl::Seconds(20);
    return options;
  }();
};

TEST_F(MutantBankTest, ARegistryThatCannotBeRightIsRefused) {
  EXPECT_EQ(ErrorWith("", ""), "loaded");
  const std::string id = "registry.textproto: fake/child/answers-twice: ";
  EXPECT_THAT(ErrorWith("case: \"child/once\"", "case: \"child/no\""),
              HasSubstr(id + "no case that matches child/no cites FR-ORD-005"));
  // There is such a case, which is about something else.
  EXPECT_THAT(ErrorWith("case: \"child/once\"", "case: \"child/idle\""),
              HasSubstr(id + "no case that matches child/idle cites"));
  EXPECT_THAT(ErrorWith("verdict: FAIL", "verdict: PASS"),
              HasSubstr(id + "a killer's verdict is FAIL, CRASH or HANG"));
  EXPECT_THAT(
      ErrorWith("requirement: \"FR-ORD-005\"", "requirement: \"FR-CLS-006\""),
      HasSubstr(id + "is to die of FR-CLS-006, which is not among"));
  EXPECT_THAT(ErrorWith("FR-ORD-005", "FR-ORD-999"),
              HasSubstr(id + "there is no FR-ORD-999"));
  EXPECT_THAT(ErrorWith("testee: \"fake\"", "testee: \"cake\""),
              HasSubstr("an id is TESTEE/ROLE/OPERATOR"));
  EXPECT_THAT(ErrorWith("name: 'fake'", "name: 'cake'"),
              HasSubstr(id + "its testee is not listed"));
  EXPECT_THAT(ErrorWith("forms: SYNC", ""), HasSubstr(id + "a mutant needs"));
  EXPECT_THAT(ErrorWith("description: \"Errs\"",
                        "description: \"Errs\" equivalent_because: 'b'"),
              HasSubstr(id + "a mutant has either killers or a reason"));
  EXPECT_THAT(ErrorWith("} harmless",
                        absl::StrCat("} mutant {", kMutant, "} harmless")),
              HasSubstr(id + "there are two of this id"));
}

TEST_F(MutantBankTest, AHarmlessCaseExistsAndHasAReason) {
  EXPECT_THAT(
      ErrorWith("case: 'child/idle'", "case: 'child/no'"),
      HasSubstr("registry.textproto: child/no is no case, or does not"));
  EXPECT_THAT(ErrorWith("because: 'b'", ""),
              HasSubstr("child/idle is no case, or does not say why"));
}

TEST_F(MutantBankTest, ARegistryThatCannotBeReadIsNamed) {
  EXPECT_THAT(ErrorWith("mutant {", "mutation {"),
              HasSubstr("registry.textproto: cannot be read as a registry"));
  const absl::StatusOr<Registry> none =
      LoadRegistry("no/such.textproto", cases_, spec_);
  EXPECT_THAT(std::string(none.status().message()),
              HasSubstr("no/such.textproto"));
}

TEST_F(MutantBankTest, AMutantDiesAsExpected) {
  Add("answers-twice");
  const MutantResult result = ExamineOne();
  EXPECT_EQ(result.state, MutantResult::KILLED) << result.note;
  EXPECT_EQ(result.note, "");
  // The other case is about something else: it need not be tried.
  ASSERT_EQ(result.runs.size(), 1);
  EXPECT_EQ(result.runs[0].id(), "child/once:sync");
  EXPECT_THAT(PutDownTo(*result.mutant, result.runs[0], cases_),
              ElementsAre("FR-ORD-005"));
  options_.every_case = true;
  EXPECT_EQ(ExamineOne().runs.size(), 2);
}

TEST_F(MutantBankTest, AMutantThatSurvivesWasTriedByEveryCase) {
  Add("swallows-events");
  const MutantResult result = ExamineOne();
  EXPECT_EQ(result.state, MutantResult::SURVIVED);
  EXPECT_THAT(result.note, HasSubstr("no FAIL by child/once"));
  EXPECT_EQ(result.runs.size(), 2);
}

TEST_F(MutantBankTest, AnotherVerdictIsAWrongDeath) {
  Add("answers-twice", "verdict: FAIL", "verdict: CRASH");
  const MutantResult result = ExamineOne();
  EXPECT_EQ(result.state, MutantResult::WRONG_DEATH);
  EXPECT_EQ(result.note, "no CRASH by child/once; ");
}

TEST_F(MutantBankTest, ADeathByACaseAboutSomethingElseIsAWrongOne) {
  // Its killer would be the idle case, which asks for no answer.
  Add("answers-twice", "child/once\" verdict: FAIL requirement: \"FR-ORD-005",
      "child/idle\" verdict: FAIL requirement: \"FR-CLS-006");
  mutants_[0]->set_requirements(0, "FR-CLS-006");
  const MutantResult result = ExamineOne();
  EXPECT_EQ(result.state, MutantResult::WRONG_DEATH);
  EXPECT_EQ(result.note, "no FAIL by child/idle; ");
  ASSERT_EQ(result.runs.size(), 2);
  ASSERT_TRUE(Killed(result.runs[1]));
  EXPECT_THAT(PutDownTo(*result.mutant, result.runs[1], cases_), IsEmpty());
}

TEST_F(MutantBankTest, WhatIsSaidToBeEquivalentMustLive) {
  for (const char* const name : {"swallows-events", "answers-twice"}) {
    Add(name);
    mutants_.back()->clear_killer();
    mutants_.back()->set_equivalent_because("nobody asks");
  }
  const std::vector<MutantResult> results = ExamineAll();
  ASSERT_EQ(results.size(), 2);
  EXPECT_EQ(results[0].state, MutantResult::SURVIVED);
  EXPECT_EQ(results[1].state, MutantResult::WRONG_DEATH);
  EXPECT_EQ(results[1].note, "it is not equivalent; ");
}

TEST_F(MutantBankTest, AProgramThatNeverSpeaksIsNoKill) {
  Add("ends-at-once", "verdict: FAIL", "verdict: CRASH");
  const MutantResult result = ExamineOne();
  EXPECT_EQ(result.state, MutantResult::NOT_STARTED);
  EXPECT_THAT(result.note, HasSubstr("it never sent an octet"));
}

TEST_F(MutantBankTest, AfterAFewHangsTheRestIsLeftOut) {
  Add("hangs", "verdict: FAIL", "verdict: HANG");
  std::vector<SourceFile> files = {{"child/idle.textproto", kIdle}};
  for (const char* const name : {"o1", "o2", "o3", "o4"}) {
    files.push_back(
        {absl::StrCat("child/", name, ".textproto"),
         absl::StrReplaceAll(kOnce,
                             {{"child/once", absl::StrCat("child/", name)}})});
  }
  cases_ = Load(files);
  mutants_[0]->mutable_killer(0)->set_case_("child/o1");
  options_.watchdog = absl::Seconds(1);
  const MutantResult result = ExamineOne();
  EXPECT_TRUE(result.cut_short);
  EXPECT_EQ(result.state, MutantResult::KILLED);
  std::vector<std::string> ids;
  for (const RunResult& run : result.runs) ids.push_back(run.id());
  // The idle one is for the sign of life.
  EXPECT_THAT(ids, ElementsAre("child/o1:sync", "child/o2:sync",
                               "child/o3:sync", "child/idle:sync"));
}

TEST_F(MutantBankTest, EachFormHasAResultAndTheKillersOfThatForm) {
  Add("answers-twice", "forms: SYNC", "forms: ASYNC forms: SYNC");
  Killer* const killer = mutants_[0]->add_killer();
  *killer = mutants_[0]->killer(0);
  killer->set_form(ASYNC);
  killer->set_verdict(CRASH);
  const std::vector<MutantResult> results = ExamineAll();
  ASSERT_EQ(results.size(), 2);
  EXPECT_EQ(results[0].form, ASYNC);
  EXPECT_EQ(results[0].state, MutantResult::WRONG_DEATH);
  EXPECT_EQ(results[1].form, SYNC);
  EXPECT_EQ(results[1].state, MutantResult::KILLED) << results[1].note;
}

TEST_F(MutantBankTest, ADoubtfulHarnessJudgesNothing) {
  Add("answers-twice", "FR-ORD-005", "FR-CLS-005");
  mutants_[0]->mutable_killer(0)->set_case_("child/blind");
  cases_ = Load({{"child/blind.textproto", kBlind}});
  const MutantResult result = ExamineOne();
  EXPECT_EQ(result.state, MutantResult::BROKEN);
  EXPECT_THAT(result.note, HasSubstr("child/blind:sync: "));
}

TEST_F(MutantBankTest, WhatIsInterruptedJudgesNothing) {
  Add("answers-twice");
  const std::atomic<bool> interrupted{true};
  options_.interrupted = &interrupted;
  EXPECT_EQ(ExamineOne().state, MutantResult::BROKEN);
}

TEST_F(MutantBankTest, ProgressIsToldOfEachMutantOnce) {
  Add("answers-twice");
  Add("swallows-events");
  options_.jobs = 2;
  std::vector<std::pair<int, int>> told;
  options_.on_progress = [&](int done, int total) {
    told.emplace_back(done, total);
  };
  ExamineAll();
  EXPECT_THAT(told, ElementsAre(std::pair(1, 2), std::pair(2, 2)));
}

TEST_F(MutantBankTest, TheTesteeWithoutAMutantPasses) {
  Add("answers-twice");
  EXPECT_THAT(
      ExamineUnmutated(Mutants(), "fake", Fake(), cases_, spec_, options_),
      IsEmpty());
}

TEST_F(MutantBankTest, WhatTheTesteeDoesWrongWithoutAMutantIsReturned) {
  Add("answers-twice");
  const Testee wrong = Fake("answers-twice");
  const std::vector<RunResult> runs =
      ExamineUnmutated(Mutants(), "fake", wrong, cases_, spec_, options_);
  ASSERT_EQ(runs.size(), 1);
  EXPECT_EQ(runs[0].id(), "child/once:sync");
  EXPECT_EQ(runs[0].verdict(), FAIL);
  // No mutant stands on the testee of that name.
  EXPECT_THAT(
      ExamineUnmutated(Mutants(), "other", wrong, cases_, spec_, options_),
      IsEmpty());
}

TEST_F(MutantBankTest, AHarnessThatFailsWithoutAMutantIsReturned) {
  Add("answers-twice");
  cases_ = Load({{"child/blind.textproto", kBlind}});
  const std::vector<RunResult> runs = ExamineUnmutated(
      Mutants(), "fake", Fake("answers-twice"), cases_, spec_, options_);
  ASSERT_EQ(runs.size(), 1);
  EXPECT_EQ(runs[0].verdict(), HARNESS);
}

// The command's status for one mutant of the blind case; `fault` is the
// testee's own.
class MutantsCommandTest : public MutantBankTest {
 protected:
  int Run(const std::string& fault) {
    cases_ = Load({{"child/blind.textproto", kBlind}});
    Add("answers-twice", "FR-ORD-005", "FR-CLS-005");
    mutants_[0]->mutable_killer(0)->set_case_("child/blind");
    Registry registry;
    registry.add_testee()->set_name("fake");
    registry.mutable_testee(0)->set_manifest(Manifest(fault));
    *registry.add_mutant() = *mutants_[0];
    std::string text;
    google::protobuf::TextFormat::PrintToString(registry, &text);
    MutantsOptions options;
    options.registry = WriteRegistry(text);
    options.watchdog = options_.watchdog;
    const std::atomic<bool> interrupted{false};
    return RunMutants(options, cases_, spec_, interrupted, out_);
  }

  std::ostringstream out_;
};

TEST_F(MutantsCommandTest, AHarnessBrokenByAMutantIsNoAnswerAboutIt) {
  EXPECT_EQ(Run("none"), 3);
  EXPECT_THAT(out_.str(), HasSubstr("fake/child/answers-twice:sync: no "
                                    "judgement: child/blind:sync: "));
}

TEST_F(MutantsCommandTest, AHarnessBrokenWithoutAMutantEndsIt) {
  EXPECT_EQ(Run("answers-twice"), 3);
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace forkrpc::conformance
