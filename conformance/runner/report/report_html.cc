// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_html.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/report/report_material.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/report/report_shared.h"
#include "conformance/runner/report/report_twins.h"
#include "conformance/runner/report/report_verdict.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kErrorsOctets = 2048;
constexpr size_t kReasonOctets = 600;

// The members of a JSON object; those that are empty or 0 are left out.
class Object {
 public:
  Object& Add(absl::string_view name, absl::string_view text) {
    return text.empty() ? *this : AddJson(name, JsonString(text));
  }
  Object& Add(absl::string_view name, uint64_t number) {
    return number == 0 ? *this : AddJson(name, absl::StrCat(number));
  }
  Object& AddJson(absl::string_view name, absl::string_view json) {
    members_.push_back(absl::StrCat(JsonString(name), ":", json));
    return *this;
  }
  std::string Json() const {
    return absl::StrCat("{", absl::StrJoin(members_, ","), "}");
  }

 private:
  std::vector<std::string> members_;
};

std::string Array(const std::vector<std::string>& items) {
  return absl::StrCat("[", absl::StrJoin(items, ","), "]");
}

template <typename Range>
std::string Words(const Range& words) {
  std::vector<std::string> items;
  for (const std::string& word : words) items.push_back(JsonString(word));
  return Array(items);
}

// The runs of one case in one class.
struct Cell {
  std::array<uint32_t, HARNESS> counts = {};  // by verdict, PASS first
  std::vector<const RunResult*> runs;         // that are worth a word
};

// By the case's place in the suite.
using Cells = std::map<int, Cell>;

// What is told apart in the page: a run that passed is told of only if the
// oracle saw something.
bool IsTold(const RunResult& run) {
  return run.verdict() != PASS || !run.oracle().empty();
}

Cells CellsOf(const ClassResult& each,
              const std::map<std::string, int>& places) {
  Cells cells;
  for (const RunResult& run : each.runs()) {
    const auto place = places.find(run.case_id());
    if (place == places.end() || run.verdict() == VERDICT_UNSPECIFIED) continue;
    Cell& cell = cells[place->second];
    ++cell.counts[run.verdict() - PASS];
    if (IsTold(run)) cell.runs.push_back(&run);
  }
  for (auto& [place, cell] : cells) {
    // What is not passed comes before what the oracle saw beside.
    std::stable_partition(
        cell.runs.begin(), cell.runs.end(),
        [](const RunResult* run) { return run->verdict() != PASS; });
  }
  return cells;
}

// Leaves each cell so many runs that all are not too many, and one at least.
void LimitRuns(std::vector<Cells>* classes) {
  size_t of_cell = kPageRunsOfCell;
  const auto all = [&] {
    size_t runs = 0;
    for (const Cells& cells : *classes) {
      for (const auto& [place, cell] : cells) {
        runs += std::min(of_cell, cell.runs.size());
      }
    }
    return runs;
  };
  while (of_cell > 1 && all() > kPageAllRuns) --of_cell;
  for (Cells& cells : *classes) {
    for (auto& [place, cell] : cells) {
      if (cell.runs.size() > of_cell) cell.runs.resize(of_cell);
    }
  }
}

using Texts = std::map<const RunResult*, std::string>;

// The longer texts of runs, as far as there is room for them.
struct Logs {
  Texts wire;
  Texts errors;
};

// Every cell's first log comes before any cell's second one.
Texts ChooseWireLogs(const std::vector<Cells>& classes) {
  Texts logs;
  size_t octets = 0;
  for (int turn = 0; turn < kPageLogsOfCell; ++turn) {
    for (const Cells& cells : classes) {
      for (const auto& [place, cell] : cells) {
        if (turn >= static_cast<int>(cell.runs.size())) continue;
        const RunResult* const run = cell.runs[turn];
        std::string log = Excerpt(Legible(run->wire_log()), kPageLogOctets);
        if (log.empty() || octets + log.size() > kPageAllLogsOctets) continue;
        octets += log.size();
        logs[run] = std::move(log);
      }
    }
  }
  return logs;
}

// The same for what stands on standard error, of each run of a cell.
Texts ChooseErrors(const std::vector<Cells>& classes) {
  Texts errors;
  size_t octets = 0;
  for (size_t turn = 0; turn < kPageRunsOfCell; ++turn) {
    for (const Cells& cells : classes) {
      for (const auto& [place, cell] : cells) {
        if (turn >= cell.runs.size()) continue;
        const RunResult* const run = cell.runs[turn];
        std::string text = Excerpt(Legible(run->errors()), kErrorsOctets);
        if (octets + text.size() > kPageAllErrorsOctets) continue;
        octets += text.size();
        if (!text.empty()) errors[run] = std::move(text);
      }
    }
  }
  return errors;
}

// The text of the run; empty if it has none.
std::string TextOf(const Texts& texts, const RunResult& run) {
  const auto text = texts.find(&run);
  return text == texts.end() ? "" : text->second;
}

std::string RunJson(const RunResult& run, const Logs& logs) {
  Object object;
  object.Add("id", run.id())
      .AddJson("verdict", absl::StrCat(run.verdict() - PASS))
      .Add("reason", Excerpt(Legible(run.reason()), kReasonOctets))
      .Add("step", run.step())
      .Add("exit", run.exit())
      .Add("req", run.broken_req())
      .Add("claims", run.claimed_req())
      .Add("oracle", run.oracle())
      .Add("twin", TwinText(run))
      .Add("path", run.log())
      .Add("log", TextOf(logs.wire, run))
      .Add("errors", TextOf(logs.errors, run));
  return object.Json();
}

std::string ScoreJson(const Score& score) {
  const std::vector<std::pair<const char*, uint32_t>> figures = {
      {"must_failed", score.must_failed()},
      {"must_passed", score.must_passed()},
      {"must_total", score.must_total()},
      {"should_failed", score.should_failed()},
      {"should_passed", score.should_passed()},
      {"should_total", score.should_total()},
      {"runs_tried", score.runs_tried()},
      {"runs_total", score.runs_total()},
      {"reqs_tried", score.requirements_tried()},
      {"reqs_total", score.requirements_total()}};
  Object object;
  for (const auto& [name, figure] : figures) {
    object.AddJson(name, absl::StrCat(figure));
  }
  return object.Json();
}

std::string DifferencesJson(const ClassResult& each) {
  std::vector<std::string> differences;
  for (const SharedDifference& difference : each.differences()) {
    differences.push_back(Object()
                              .Add("run", difference.run())
                              .Add("text", DifferenceText(difference))
                              .Json());
  }
  return Array(differences);
}

std::string ClassJson(const ClassResult& each, const Cells& cells,
                      const Logs& logs) {
  Object counts;
  Object runs;
  for (const auto& [place, cell] : cells) {
    size_t used = cell.counts.size();
    while (used > 0 && cell.counts[used - 1] == 0) --used;
    counts.AddJson(absl::StrCat(place),
                   absl::StrCat("[",
                                absl::StrJoin(cell.counts.begin(),
                                              cell.counts.begin() + used, ","),
                                "]"));
    std::vector<std::string> told;
    for (const RunResult* const run : cell.runs) {
      told.push_back(RunJson(*run, logs));
    }
    if (!told.empty()) runs.AddJson(absl::StrCat(place), Array(told));
  }
  return Object()
      .Add("role", Name(each.role()))
      .Add("form", Name(each.form()))
      .Add("state", ClassResult::State_Name(each.state()))
      .Add("note", each.note())
      .Add("not_shared", NotSharedText(each))
      .AddJson("differences", DifferencesJson(each))
      .AddJson("score", ScoreJson(each.score()))
      .AddJson("cells", counts.Json())
      .AddJson("runs", runs.Json())
      .Json();
}

std::string TesteesJson(const Report& report) {
  std::map<std::string, int> places;
  for (const CaseInfo& c : report.suite()) {
    places.emplace(c.id(), static_cast<int>(places.size()));
  }
  std::vector<Cells> cells;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      cells.push_back(CellsOf(each, places));
    }
  }
  LimitRuns(&cells);
  const Logs logs = {ChooseWireLogs(cells), ChooseErrors(cells)};
  std::vector<std::string> testees;
  auto next = cells.begin();
  for (const TesteeResult& testee : report.testees()) {
    std::vector<std::string> classes;
    for (const ClassResult& each : testee.classes()) {
      classes.push_back(ClassJson(each, *next++, logs));
    }
    const VerdictLine verdict = VerdictOf(report, testee);
    testees.push_back(Object()
                          .AddJson("name", JsonString(testee.name()))
                          .AddJson("version", JsonString(testee.version()))
                          .AddJson("language", JsonString(testee.language()))
                          .AddJson("manifest", JsonString(testee.manifest()))
                          .AddJson("standing", absl::StrCat(static_cast<int>(
                                                   verdict.standing)))
                          .AddJson("verdict", JsonString(verdict.text))
                          .AddJson("classes", Array(classes))
                          .Json());
  }
  return Array(testees);
}

std::string CasesJson(const Report& report) {
  std::vector<std::string> cases;
  for (const CaseInfo& c : report.suite()) {
    cases.push_back(Object()
                        .AddJson("id", JsonString(c.id()))
                        .AddJson("title", JsonString(c.title()))
                        .AddJson("why", JsonString(c.why()))
                        .Add("role", Name(c.role()))
                        .Add("level", Name(c.level()))
                        .AddJson("reqs", Words(c.reqs()))
                        .Json());
  }
  return Array(cases);
}

std::string RequirementsJson(const Report& report) {
  std::vector<std::string> requirements;
  for (const RequirementInfo& requirement : report.requirements()) {
    requirements.push_back(
        Object()
            .Add("id", requirement.id())
            .Add("level", Name(requirement.level()))
            .AddJson("section", JsonString(requirement.section()))
            .AddJson("text", JsonString(requirement.sentence()))
            .Add("by", Name(requirement.testability()))
            .AddJson("cases", absl::StrCat(requirement.cases_size()))
            .Json());
  }
  return Array(requirements);
}

}  // namespace

std::string Html(const Report& report) {
  const std::string data =
      Object()
          .AddJson("suite", JsonString(report.suite_version()))
          .AddJson("spec", JsonString(report.spec_version()))
          .Add("started", report.started())
          .AddJson("command", Words(report.command()))
          .AddJson("reqs", RequirementsJson(report))
          .AddJson("cases", CasesJson(report))
          .AddJson("testees", TesteesJson(report))
          .Json();
  // One pass: a mark in the data is left alone.
  return absl::StrReplaceAll(
      EmbeddedPageTemplate(),
      {{"{{STYLE}}", absl::StrCat(EmbeddedPalette(), EmbeddedPageStyle())},
       {"{{SCRIPT}}", EmbeddedPageScript()},
       {"{{DATA}}", data}});
}

}  // namespace forkrpc::conformance
