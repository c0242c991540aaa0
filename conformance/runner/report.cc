// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/case_loader.h"
#include "google/protobuf/util/json_util.h"

namespace forkrpc::conformance {
namespace {

using Row = std::vector<std::string>;

std::string Share(uint32_t passed, uint32_t total) {
  return absl::StrCat(passed, "/", total);
}

std::string ClassName(const ClassResult& each) {
  return absl::StrCat(Name(each.role()), " ", Name(each.form()));
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

// The first line of a clause or reason that is at most `limit` long.
std::string Shorten(const std::string& text, size_t limit) {
  const std::string line = absl::StrReplaceAll(text, {{"\n", " "}});
  return line.size() <= limit ? line : line.substr(0, limit - 3) + "...";
}

std::string MarkdownCell(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}, {"<", "&lt;"}});
}

template <typename Visit>
void VisitDivergences(const Report& report, Visit visit) {
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      for (const RunResult& run : each.runs()) {
        if (run.verdict() != PASS) visit(testee, run);
      }
    }
  }
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
  return text;
}

std::string Divergences(const Report& report) {
  std::string text;
  VisitDivergences(report, [&](const TesteeResult& testee,
                               const RunResult& run) {
    absl::StrAppendFormat(&text, "%-11s %s  %s  [%s]\n",
                          Verdict_Name(run.verdict()), testee.name(), run.id(),
                          Name(run.level()));
    absl::StrAppend(&text, "            ", Shorten(run.reason(), 400), "\n");
    if (!run.broken_req().empty()) {
      absl::StrAppend(&text, "            ", run.broken_req(), ": ",
                      run.broken_text(), "\n");
    }
    if (!run.log().empty()) {
      absl::StrAppend(&text, "            log: ", run.log(), "\n");
    }
  });
  return text;
}

std::string Markdown(const Report& report) {
  std::string text = absl::StrCat(
      "# Conformance report\n\nSuite ", report.suite_version(), ", ",
      report.cases(),
      " cases. Figures count runs: a case times its forms, transports and "
      "chunkings.\n\n| ",
      absl::StrJoin(HeadRow(), " | "), " |\n|---|---|");
  for (size_t i = 2; i < HeadRow().size(); ++i) text += "---:|";
  text += "\n";
  for (Row row : Rows(report)) {
    row.resize(HeadRow().size());
    for (std::string& cell : row) cell = MarkdownCell(cell);
    absl::StrAppend(&text, "| ", absl::StrJoin(row, " | "), " |\n");
  }
  std::string list;
  VisitDivergences(report, [&](const TesteeResult& testee,
                               const RunResult& run) {
    absl::StrAppend(
        &list, "| ", testee.name(), " | ", run.id(), " | ", Name(run.level()),
        " | ", Verdict_Name(run.verdict()), " | ", run.broken_req(), " | ",
        MarkdownCell(Shorten(run.reason(), 400)), " | ",
        run.log().empty() ? "" : absl::StrCat("`", run.log(), "`"), " |\n");
  });
  if (list.empty()) return text + "\nEvery run is passed.\n";
  return absl::StrCat(
      text,
      "\n## Not passed\n\n| testee | run | level | verdict | clause | reason "
      "| log |\n|---|---|---|---|---|---|---|\n",
      list);
}

absl::StatusOr<std::string> Json(const Report& report) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(report, &json, options);
  if (!status.ok()) return absl::InternalError(status.message().ToString());
  return json;
}

absl::Status WriteFile(const std::string& path, absl::string_view text) {
  std::error_code error;
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (error || !out) {
    return absl::InternalError(absl::StrCat(path, ": cannot be written",
                                            error ? ": " : "", error.message(),
                                            "; choose another folder"));
  }
  return absl::OkStatus();
}

}  // namespace forkrpc::conformance
