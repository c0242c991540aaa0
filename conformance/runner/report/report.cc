// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/base/message_json.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/report/report_shared.h"
#include "conformance/runner/report/report_twins.h"
#include "conformance/runner/report/report_verdict.h"

namespace forkrpc::conformance {
namespace {

using Row = std::vector<std::string>;

std::string Share(uint32_t passed, uint32_t total) {
  return absl::StrCat(passed, "/", total);
}

Row HeadRow() {
  return {"testee", "class", "MUST", "SHOULD",     "PASS",
          "FAIL",   "CRASH", "HANG", "UNSUPPORTED"};
}

// A class that did not run has its note instead of figures.
Row ClassRow(const TesteeResult& testee, const ClassResult& each) {
  Row row = {testee.name(), ClassName(each)};
  if (each.state() != ClassResult::RAN) {
    row.push_back(each.note());
    return row;
  }
  const Counts& counts = each.counts();
  row.push_back(Share(counts.must_passed(), counts.must_total()));
  row.push_back(Share(counts.should_passed(), counts.should_total()));
  for (const uint32_t count : {counts.pass(), counts.fail(), counts.crash(),
                               counts.hang(), counts.unsupported()}) {
    row.push_back(count == 0 ? "-" : absl::StrCat(count));
  }
  if (counts.not_looked_at() > 0) {
    row.push_back(absl::StrCat(counts.not_looked_at(), " not looked at"));
  }
  if (counts.harness() > 0) {
    row.push_back(absl::StrCat(counts.harness(), " HARNESS errors"));
  }
  return row;
}

std::vector<Row> Rows(const Report& report) {
  std::vector<Row> rows;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      rows.push_back(ClassRow(testee, each));
    }
  }
  return rows;
}

// Nothing in it is Markdown or HTML, and it stays in its cell.
std::string MarkdownCell(const std::string& text) {
  return absl::StrReplaceAll(LegibleLine(text), {{"&", "&amp;"},
                                                 {"<", "&lt;"},
                                                 {"|", "\\|"},
                                                 {"\\", "\\\\"},
                                                 {"`", "\\`"},
                                                 {"*", "\\*"},
                                                 {"_", "\\_"},
                                                 {"[", "\\["},
                                                 {"]", "\\]"}});
}

// A code span, whose end is a longer row of backquotes than any within.
std::string MarkdownCode(const std::string& text) {
  if (text.empty()) return "";
  size_t longest = 0;
  size_t row = 0;
  for (const char c : text) {
    row = c == '`' ? row + 1 : 0;
    longest = std::max(longest, row);
  }
  const std::string fence(longest + 1, '`');
  const absl::string_view blank = longest > 0 ? " " : "";
  return absl::StrCat(fence, blank,
                      absl::StrReplaceAll(LegibleLine(text), {{"|", "\\|"}}),
                      blank, fence);
}

std::string MarkdownRow(const Row& row) {
  return absl::StrCat("| ", absl::StrJoin(row, " | "), " |\n");
}

// Head, rule and rows; all columns but the first two are numbers.
std::string ScoreTable(const Report& report) {
  std::string text =
      "| testee | class | MUST failed | SHOULD failed | passed | runs tried "
      "| requirements tried |\n|---|---|---:|---:|---:|---:|---:|\n";
  const auto of = [](uint32_t part, uint32_t total) {
    return absl::StrCat(part, " of ", total);
  };
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      const Score& score = each.score();
      if (each.state() != ClassResult::RAN) {
        text += MarkdownRow({MarkdownCell(testee.name()), ClassName(each),
                             MarkdownCell(each.note()), "", "", "", ""});
        continue;
      }
      text += MarkdownRow(
          {MarkdownCell(testee.name()), ClassName(each),
           of(score.must_failed(), score.must_total()),
           of(score.should_failed(), score.should_total()),
           of(score.must_passed() + score.should_passed(), score.runs_total()),
           of(score.runs_tried(), score.runs_total()),
           of(score.requirements_tried(), score.requirements_total())});
    }
  }
  return text;
}

// A sentence for each testee, and what was run.
std::string MarkdownHead(const Report& report) {
  std::string text = "# Conformance report\n\n";
  for (const TesteeResult& testee : report.testees()) {
    absl::StrAppend(&text, "- ", MarkdownCode(testee.name()), " ",
                    MarkdownCell(VerdictOf(report, testee).text), "\n");
  }
  absl::StrAppend(&text, "\nSuite ", report.suite_version(), ", specification ",
                  report.spec_version(), ", ", report.cases(), " cases");
  if (!report.started().empty()) {
    absl::StrAppend(&text, "; ", MarkdownCell(report.started()));
  }
  if (report.command_size() > 0) {
    absl::StrAppend(&text, "; ",
                    MarkdownCode(absl::StrJoin(report.command(), " ")));
  }
  return text + ".";
}

std::string UncitedList(const Report& report) {
  const std::string head = UncitedText(report);
  if (head.empty()) return "";
  std::string text = absl::StrCat("\n## Cited by no case\n\n", head, ".\n\n");
  for (const RequirementInfo* const requirement : Uncited(report)) {
    absl::StrAppend(&text, "- ", requirement->id(), " (",
                    Name(requirement->testability()),
                    "): ", MarkdownCell(requirement->sentence()), "\n");
  }
  return text;
}

// What is not looked at stands in NotLookedAt: it is no divergence.
template <typename Visit>
void VisitDivergences(const Report& report, Visit visit) {
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      for (const RunResult& run : each.runs()) {
        if (run.verdict() != PASS && run.verdict() != NOT_LOOKED_AT) {
          visit(testee, run);
        }
      }
    }
  }
}

// "NOT LOOKED AT  NAME  12 runs, such as child/echo:sync:tcp" and the reason on
// the next line, for each testee and reason; many runs may have the same.
std::string NotLookedAt(const Report& report) {
  struct Group {
    std::string testee, reason, first;
    int runs;
  };
  std::vector<Group> groups;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      for (const RunResult& run : each.runs()) {
        if (run.verdict() != NOT_LOOKED_AT) continue;
        const auto group =
            std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
              return g.testee == testee.name() && g.reason == run.reason();
            });
        if (group != groups.end()) {
          ++group->runs;
        } else {
          groups.push_back({testee.name(), run.reason(), run.id(), 1});
        }
      }
    }
  }
  std::string text;
  for (const Group& group : groups) {
    absl::StrAppend(&text, "NOT LOOKED AT  ", group.testee, "  ", group.runs,
                    group.runs == 1 ? " run, " : " runs, such as ", group.first,
                    "\n               ", ShortLine(group.reason, 400), "\n");
  }
  return text;
}

}  // namespace

std::string SummaryTable(const Report& report) {
  std::vector<Row> rows = Rows(report);
  rows.insert(rows.begin(), HeadRow());
  std::vector<size_t> widths(HeadRow().size());
  for (const Row& row : rows) {
    // A note stands across the columns of figures.
    const bool note = row.size() == 3;
    for (size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
      if (!note || i < 2) widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const int width = i < widths.size() ? static_cast<int>(widths[i]) : 0;
      const bool left = i < 2 || row.size() == 3;
      absl::StrAppend(&line, i == 0 ? "" : "  ",
                      left ? absl::StrFormat("%-*s", width, row[i])
                           : absl::StrFormat("%*s", width, row[i]));
    }
    absl::StrAppend(&text, absl::StripTrailingAsciiWhitespace(line), "\n");
  }
  text +=
      "figures are runs: a case times its forms, transports and chunkings\n";
  const std::string uncited = UncitedText(report);
  if (!uncited.empty()) absl::StrAppend(&text, uncited, "\n");
  return text;
}

std::string Divergences(const Report& report) {
  std::string text;
  VisitDivergences(report, [&](const TesteeResult& testee,
                               const RunResult& run) {
    absl::StrAppendFormat(&text, "%-11s %s  %s  [%s]\n",
                          Verdict_Name(run.verdict()), testee.name(), run.id(),
                          Name(run.level()));
    absl::StrAppend(&text, "            ", ShortLine(run.reason(), 400), "\n");
    if (!run.broken_req().empty()) {
      absl::StrAppend(&text, "            ", run.broken_req(), ": ",
                      run.broken_text(), "\n");
    }
    const std::string twin = TwinText(run);
    if (!twin.empty()) absl::StrAppend(&text, "            ", twin, "\n");
    if (!run.log().empty()) {
      absl::StrAppend(&text, "            log: ", run.log(), "\n");
    }
  });
  return text + NotLookedAt(report) + SharedText(report);
}

std::string Markdown(const Report& report) {
  std::string text = absl::StrCat(
      MarkdownHead(report),
      " Figures count runs: a case times its forms, transports and "
      "chunkings.\n\n## Score\n\nDivergence is what failed, coverage what was "
      "tried, of all runs that the suite has for the class.\n\n",
      ScoreTable(report), "\n## Verdicts\n\nOf the runs that were chosen.\n\n",
      MarkdownRow(HeadRow()), "|---|---|");
  for (size_t i = 2; i < HeadRow().size(); ++i) text += "---:|";
  text += "\n";
  for (Row row : Rows(report)) {
    // What stands beyond the last column is HARNESS.
    while (row.size() > HeadRow().size()) {
      absl::StrAppend(&row[HeadRow().size() - 1], "; ", row.back());
      row.pop_back();
    }
    row.resize(HeadRow().size());
    for (std::string& cell : row) cell = MarkdownCell(cell);
    text += MarkdownRow(row);
  }
  std::string list;
  VisitDivergences(
      report, [&](const TesteeResult& testee, const RunResult& run) {
        std::string reason = ShortLine(run.reason(), 400);
        const std::string twin = TwinText(run);
        if (!twin.empty()) absl::StrAppend(&reason, "; ", twin);
        list += MarkdownRow({MarkdownCell(testee.name()),
                             MarkdownCode(run.id()), Name(run.level()),
                             Verdict_Name(run.verdict()), run.broken_req(),
                             MarkdownCell(reason), MarkdownCode(run.log())});
      });
  const std::string unseen = NotLookedAt(report);
  if (!unseen.empty()) {
    absl::StrAppend(&text, "\n## Not looked at\n\n");
    for (const absl::string_view line :
         absl::StrSplit(unseen, '\n', absl::SkipEmpty())) {
      absl::StrAppend(&text, "    ", line, "\n");
    }
  }
  const std::string shared = SharedText(report);
  if (!shared.empty()) {
    absl::StrAppend(&text, "\n## Processes that serve many sessions\n\n");
    for (const absl::string_view line :
         absl::StrSplit(shared, '\n', absl::SkipEmpty())) {
      absl::StrAppend(&text, "    ", line, "\n");
    }
  }
  absl::StrAppend(&text,
                  list.empty() && unseen.empty() ? "\nEvery run is passed.\n"
                  : list.empty()
                      ? ""
                      : "\n## Not passed\n\n| testee | run | level | "
                        "verdict | clause | reason "
                        "| log |\n|---|---|---|---|---|---|---|\n",
                  list, UncitedList(report));
  return text;
}

absl::StatusOr<std::string> Json(const Report& report) {
  return MessageJson(report);
}

}  // namespace forkrpc::conformance
