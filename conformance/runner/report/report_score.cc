// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_score.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/runner/report/outcome.h"
#include "conformance/runner/report/report_material.h"
#include "conformance/runner/report/report_twins.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

template <typename Repeated>
bool Holds(const Repeated& values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Numbers differ between the two schemas.
Role RoleOf(int role) { return role == spec::PARENT ? PARENT : CHILD; }
Form FormOf(int form) { return form == spec::SYNC ? SYNC : ASYNC; }

void AddSuite(const CaseSet& cases, Report* report) {
  std::map<std::string, CaseInfo*> infos;
  report->clear_suite();
  // Pointers into a repeated field of messages stay valid while it grows.
  for (const Case& c : cases.cases()) {
    CaseInfo* const info = report->add_suite();
    info->set_id(c.id());
    info->set_title(c.title());
    info->set_why(c.why());
    info->set_role(c.role());
    info->set_level(c.level());
    *info->mutable_reqs() = c.reqs();
    info->set_twin(c.twin());
    infos[c.id()] = info;
  }
  for (const CaseRun& run : cases.Runs()) {
    CaseInfo* const info = infos[run.conformance_case->id()];
    if (run.form == SYNC) {
      info->set_sync_runs(info->sync_runs() + 1);
    } else {
      info->set_async_runs(info->async_runs() + 1);
    }
  }
}

void AddRequirements(const SpecText& spec, const spec::Requirements& records,
                     Report* report) {
  report->clear_requirements();
  report->set_spec_version(records.version());
  for (const Requirement& requirement : spec.requirements()) {
    RequirementInfo* const info = report->add_requirements();
    info->set_id(requirement.id);
    info->set_level(requirement.level);
    info->set_section(requirement.section);
    info->set_sentence(requirement.sentence);
    for (const spec::Requirement& record : records.requirements()) {
      if (record.id() != requirement.id) continue;
      for (const int role : record.roles()) info->add_roles(RoleOf(role));
      for (const int form : record.forms()) info->add_forms(FormOf(form));
      info->set_testability(record.testability());
    }
    for (const CaseInfo& c : report->suite()) {
      if (std::count(c.reqs().begin(), c.reqs().end(), requirement.id) > 0) {
        info->add_cases(c.id());
      }
    }
  }
}

void AddRun(Level level, uint32_t passed, uint32_t failed, Score* score) {
  if (level == MUST) {
    score->set_must_passed(score->must_passed() + passed);
    score->set_must_failed(score->must_failed() + failed);
  } else {
    score->set_should_passed(score->should_passed() + passed);
    score->set_should_failed(score->should_failed() + failed);
  }
  score->set_runs_tried(score->runs_tried() + passed + failed);
}

void AddTotals(const Report& report, const ClassResult& each, Score* score) {
  for (const CaseInfo& c : report.suite()) {
    if (c.role() != each.role()) continue;
    const uint32_t runs = each.form() == SYNC ? c.sync_runs() : c.async_runs();
    score->set_runs_total(score->runs_total() + runs);
    if (c.level() == MUST) {
      score->set_must_total(score->must_total() + runs);
    } else {
      score->set_should_total(score->should_total() + runs);
    }
  }
}

Score ScoreOf(const Report& report, const ClassResult& each) {
  Score score;
  AddTotals(report, each, &score);
  std::set<std::string> tried;
  for (const RunResult& run : each.runs()) {
    if (!IsTried(run)) continue;
    const uint32_t passed = run.verdict() == PASS ? 1 : 0;
    AddRun(run.level(), passed, 1 - passed, &score);
    tried.insert(run.reqs().begin(), run.reqs().end());
  }
  for (const RequirementInfo& requirement : report.requirements()) {
    if (!Holds(requirement.roles(), each.role()) ||
        !Holds(requirement.forms(), each.form())) {
      continue;
    }
    score.set_requirements_total(score.requirements_total() + 1);
    if (tried.count(requirement.id()) > 0) {
      score.set_requirements_tried(score.requirements_tried() + 1);
    } else {
      score.add_requirements_untried(requirement.id());
    }
  }
  return score;
}

}  // namespace

absl::StatusOr<spec::Requirements> RequirementRecords() {
  spec::Requirements records;
  if (!google::protobuf::TextFormat::ParseFromString(
          std::string(EmbeddedRequirementRecords()), &records)) {
    return absl::InternalError("the bundled requirements.textproto is broken");
  }
  return records;
}

void CompleteReport(const CaseSet& cases, const SpecText& spec,
                    const spec::Requirements& records, Report* report) {
  AddSuite(cases, report);
  AddRequirements(spec, records, report);
  NoteTwins(report);
  ScoreClasses(report);
}

void ScoreClasses(Report* report) {
  for (TesteeResult& testee : *report->mutable_testees()) {
    for (ClassResult& each : *testee.mutable_classes()) {
      *each.mutable_score() = ScoreOf(*report, each);
    }
  }
}

std::vector<const RequirementInfo*> Uncited(const Report& report) {
  std::vector<const RequirementInfo*> uncited;
  for (const RequirementInfo& requirement : report.requirements()) {
    if (requirement.cases().empty()) uncited.push_back(&requirement);
  }
  return uncited;
}

std::string ClassName(const ClassResult& each) {
  return absl::StrCat(Name(each.role()), " ", Name(each.form()));
}

std::string Name(spec::Testability testability) {
  return absl::AsciiStrToLower(spec::Testability_Name(testability));
}

std::string UncitedText(const Report& report) {
  std::map<int, int> kinds;
  int count = 0;
  for (const RequirementInfo* const requirement : Uncited(report)) {
    ++kinds[requirement->testability()];
    ++count;
  }
  if (count == 0) return "";
  std::vector<std::string> words;
  for (const auto& [kind, number] : kinds) {
    words.push_back(
        absl::StrCat(number, " ", Name(static_cast<spec::Testability>(kind))));
  }
  return absl::StrCat(count, " of ", report.requirements_size(),
                      " requirements are cited by no case; what shows a "
                      "breach of them: ",
                      absl::StrJoin(words, ", "));
}

}  // namespace forkrpc::conformance
