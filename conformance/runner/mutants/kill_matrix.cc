// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/mutants/kill_matrix.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {
namespace {

constexpr char kHead[] =
    "# Written by `bazel run //conformance/mutants`; not to be edited.\n"
    "# mutant\tverdict\tcase\trequirements\n";

std::string Label(const MutantResult& result) {
  return absl::StrCat(result.mutant->id(), ":", Name(result.form));
}

// The results of each mutant, which stand together.
std::vector<std::pair<size_t, size_t>> Groups(
    const std::vector<MutantResult>& results) {
  std::vector<std::pair<size_t, size_t>> groups;
  for (size_t i = 0; i < results.size(); ++i) {
    if (i == 0 || results[i].mutant != results[i - 1].mutant) {
      groups.emplace_back(i, i);
    }
    groups.back().second = i + 1;
  }
  return groups;
}

struct MatrixOnFile {
  std::set<std::string> mutants;
  std::set<std::string> kills;  // mutant, tab, case
};

MatrixOnFile ParseMatrix(const std::string& matrix,
                         std::vector<std::string>* amiss) {
  MatrixOnFile parsed;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(matrix, '\n')) {
    ++number;
    if (line.empty() || absl::StartsWith(line, "#")) continue;
    const std::vector<std::string> words = absl::StrSplit(line, '\t');
    if (words.size() != 4 || (words[1] != "killed" && words[1] != "survived")) {
      amiss->push_back(absl::StrCat("the matrix cannot be read in line ",
                                    number, ": ", line));
      continue;
    }
    parsed.mutants.insert(words[0]);
    if (words[1] == "killed") {
      parsed.kills.insert(absl::StrCat(words[0], "\t", words[2]));
    }
  }
  return parsed;
}

}  // namespace

std::string KillLines(const std::vector<MutantResult>& results,
                      const CaseSet& cases) {
  std::string text = kHead;
  for (const auto& [begin, end] : Groups(results)) {
    const Mutant& mutant = *results[begin].mutant;
    bool killed = true;
    std::map<std::string, std::set<std::string>> by_case;
    for (size_t i = begin; i < end; ++i) {
      killed &= results[i].state == MutantResult::KILLED;
      for (const RunResult& run : results[i].runs) {
        const std::vector<std::string> reqs = PutDownTo(mutant, run, cases);
        if (!reqs.empty()) {
          by_case[run.case_id()].insert(reqs.begin(), reqs.end());
        }
      }
    }
    if (!killed) {
      absl::StrAppend(&text, mutant.id(), "\tsurvived\t",
                      mutant.killer().empty() ? "-" : mutant.killer(0).case_(),
                      "\t", absl::StrJoin(mutant.requirements(), ","), "\n");
      continue;
    }
    for (const auto& [id, reqs] : by_case) {
      absl::StrAppend(&text, mutant.id(), "\tkilled\t", id, "\t",
                      absl::StrJoin(reqs, ","), "\n");
    }
  }
  return text;
}

std::string KillReport(const std::vector<MutantResult>& results,
                       const CaseSet& cases) {
  std::string text =
      "# Kill matrix\n\n## Mutants and the runs that killed them\n";
  std::map<std::string, std::vector<std::string>> by_case;
  for (const MutantResult& result : results) {
    absl::StrAppend(&text, "\n### ", Label(result), "\n\n",
                    result.mutant->description(), ".\n",
                    result.note.empty() ? "" : "\n", result.note, "\n");
    for (const RunResult& run : result.runs) {
      if (!Killed(run)) continue;
      const std::vector<std::string> reqs =
          PutDownTo(*result.mutant, run, cases);
      absl::StrAppend(&text, "- ", run.id(), ": ", Verdict_Name(run.verdict()),
                      ", breaks ", run.broken_req(),
                      reqs.empty() ? "" : "; put down to ",
                      absl::StrJoin(reqs, ", "), "\n");
      by_case[run.case_id()].push_back(
          absl::StrCat(Label(result), reqs.empty() ? " (by the way)" : ""));
    }
    if (result.cut_short) {
      absl::StrAppend(&text, "- ... and it hangs; the rest was not run\n");
    }
  }
  absl::StrAppend(&text, "\n## Cases and the mutants that they killed\n");
  for (const Case& c : cases.cases()) {
    absl::StrAppend(&text, "\n### ", c.id(), "\n\n");
    for (const std::string& label : by_case[c.id()]) {
      absl::StrAppend(&text, "- ", label, "\n");
    }
  }
  return text;
}

std::string KillTable(const std::vector<MutantResult>& results) {
  struct Line {
    int total = 0, killed = 0, equivalent = 0, other = 0;
  };
  std::map<std::string, Line> lines;
  Line all;
  for (const MutantResult& result : results) {
    const Mutant& mutant = *result.mutant;
    Line* const line = &lines[absl::StrFormat(
        "%-8s %s %s", mutant.testee(), Name(mutant.role()), Name(result.form))];
    for (Line* const each : {line, &all}) {
      ++each->total;
      if (result.state == MutantResult::KILLED) {
        ++each->killed;
      } else if (result.state == MutantResult::SURVIVED &&
                 mutant.killer().empty()) {
        ++each->equivalent;
      } else {
        ++each->other;
      }
    }
  }
  std::string text =
      "class                  killed  equivalent  not as it should  total\n";
  lines["all"] = all;
  for (const auto& [name, line] : lines) {
    if (name == "all") continue;
    absl::StrAppendFormat(&text, "%-22s %6d  %10d  %16d  %5d\n", name,
                          line.killed, line.equivalent, line.other, line.total);
  }
  absl::StrAppendFormat(&text, "%-22s %6d  %10d  %16d  %5d\n", "all",
                        all.killed, all.equivalent, all.other, all.total);
  return text;
}

std::vector<std::string> CasesWithoutKill(
    const std::vector<MutantResult>& results, const CaseSet& cases) {
  std::set<std::string> kill;
  std::set<std::string> by_the_way;
  for (const MutantResult& result : results) {
    for (const RunResult& run : result.runs) {
      if (!Killed(run)) continue;
      by_the_way.insert(run.case_id());
      if (!PutDownTo(*result.mutant, run, cases).empty()) {
        kill.insert(run.case_id());
      }
    }
  }
  std::vector<std::string> without;
  for (const Case& c : cases.cases()) {
    if (kill.count(c.id()) > 0) continue;
    without.push_back(
        absl::StrCat(c.id(), by_the_way.count(c.id()) > 0
                                 ? " (only ones that break something else)"
                                 : ""));
  }
  return without;
}

std::vector<std::string> CasesAmiss(const std::vector<MutantResult>& results,
                                    const CaseSet& cases,
                                    const Registry& registry) {
  std::set<std::string> harmless;
  for (const HarmlessCase& each : registry.harmless()) {
    harmless.insert(each.case_());
  }
  std::vector<std::string> amiss;
  for (const std::string& without : CasesWithoutKill(results, cases)) {
    if (harmless.erase(without.substr(0, without.find(' '))) > 0) continue;
    amiss.push_back(absl::StrCat("case ", without,
                                 ": kills no mutant of what it is about"));
  }
  for (const std::string& id : harmless) {
    amiss.push_back(
        absl::StrCat("case ", id, ": is called harmless, and is not"));
  }
  return amiss;
}

std::vector<std::string> MatrixAmiss(const std::string& matrix,
                                     const Registry& registry,
                                     const std::vector<MutantResult>& results,
                                     const CaseSet& cases) {
  std::vector<std::string> amiss;
  const MatrixOnFile on_file = ParseMatrix(matrix, &amiss);
  std::set<std::string> strangers = on_file.mutants;
  for (const Mutant& mutant : registry.mutant()) {
    if (strangers.erase(mutant.id()) > 0) continue;
    amiss.push_back(absl::StrCat("the matrix lacks ", mutant.id()));
  }
  for (const std::string& id : strangers) {
    amiss.push_back(
        absl::StrCat("the matrix has ", id, ", which is not registered"));
  }
  std::set<std::string> kills = on_file.kills;
  for (const MutantResult& result : results) {
    if (result.state != MutantResult::KILLED) continue;
    for (const RunResult& run : result.runs) {
      if (PutDownTo(*result.mutant, run, cases).empty()) continue;
      const std::string kill =
          absl::StrCat(result.mutant->id(), "\t", run.case_id());
      if (kills.insert(kill).second) {
        amiss.push_back(absl::StrCat("the matrix lacks ", kill));
      }
    }
  }
  return amiss;
}

}  // namespace forkrpc::conformance
