// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_verdict.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/report/outcome.h"

namespace forkrpc::conformance {
namespace {

// Clauses that a sentence names; of the others it says the number.
constexpr size_t kNamedClauses = 6;

// What failed of one level.
struct Broken {
  std::set<std::string> cases;
  std::map<std::string, std::set<std::string>> clauses;  // and their cases
  bool all_expected = true;
};

struct Findings {
  Broken must;
  Broken should;
  uint32_t tried = 0;
  uint32_t total = 0;  // of the classes that ran
  uint32_t unsupported = 0;
  uint32_t harness = 0;
  uint32_t not_looked_at = 0;
  std::map<std::string, std::vector<std::string>> not_judged;  // note: classes
};

std::string Count(uint64_t number, absl::string_view noun) {
  return absl::StrCat(number, " ", noun, number == 1 ? "" : "s");
}

bool IsMust(const Report& report, const std::string& req) {
  return std::any_of(report.requirements().begin(), report.requirements().end(),
                     [&](const RequirementInfo& each) {
                       return each.id() == req && each.level() == MUST;
                     });
}

void AddRun(const Report& report, const RunResult& run, Findings* findings) {
  if (run.verdict() == UNSUPPORTED) ++findings->unsupported;
  if (run.verdict() == HARNESS) ++findings->harness;
  if (run.verdict() == NOT_LOOKED_AT) ++findings->not_looked_at;
  if (!IsTried(run)) return;
  ++findings->tried;
  if (run.verdict() == PASS) return;
  const bool must = run.level() == MUST;
  Broken& broken = must ? findings->must : findings->should;
  broken.cases.insert(run.case_id());
  broken.all_expected &= !run.expected().empty();
  // A case may fail by a clause of another level than its own.
  if (!run.broken_req().empty() && IsMust(report, run.broken_req()) == must) {
    broken.clauses[run.broken_req()].insert(run.case_id());
  }
}

Findings FindingsOf(const Report& report, const TesteeResult& testee) {
  Findings findings;
  for (const ClassResult& each : testee.classes()) {
    if (each.state() == ClassResult::RAN) {
      findings.total += each.score().runs_total();
      for (const RunResult& run : each.runs()) AddRun(report, run, &findings);
    } else if (each.state() != ClassResult::NOT_OFFERED) {
      findings.not_judged[LegibleLine(each.note())].push_back(
          absl::StrCat(Name(each.role()), " ", Name(each.form())));
    }
  }
  return findings;
}

// "2 MUSTs in 5 cases: FR-A, FR-B".
std::string BrokenText(const Broken& broken, absl::string_view level) {
  std::vector<std::pair<size_t, std::string>> order;
  for (const auto& [clause, cases] : broken.clauses) {
    order.emplace_back(cases.size(), clause);
  }
  std::stable_sort(
      order.begin(), order.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> named;
  for (const auto& [cases, clause] : order) {
    if (named.size() < kNamedClauses) named.push_back(clause);
  }
  std::string text = absl::StrCat(
      order.empty() ? absl::StrCat("a ", level) : Count(order.size(), level),
      " in ", Count(broken.cases.size(), "case"));
  if (!named.empty()) absl::StrAppend(&text, ": ", absl::StrJoin(named, ", "));
  if (order.size() > named.size()) {
    absl::StrAppend(&text, " and ", order.size() - named.size(), " more");
  }
  if (broken.all_expected) text += " (all expected)";
  return text;
}

Standing StandingOf(const Findings& findings) {
  if (!findings.must.cases.empty()) return Standing::kBreaksMust;
  if (findings.tried == 0 || findings.harness > 0 ||
      !findings.not_judged.empty()) {
    return Standing::kNotJudged;
  }
  return findings.should.cases.empty() ? Standing::kKeepsAll
                                       : Standing::kMissesShould;
}

std::string Opening(const Findings& findings) {
  if (findings.tried == 0) return "was not judged";
  const bool misses = !findings.should.cases.empty();
  std::string text;
  if (!findings.must.cases.empty()) {
    text = absl::StrCat("breaks ", BrokenText(findings.must, "MUST"));
  } else {
    text =
        absl::StrCat("keeps every MUST", misses ? "" : " and SHOULD",
                     findings.tried < findings.total ? " that was tried" : "");
  }
  if (misses) {
    absl::StrAppend(&text, "; misses ", BrokenText(findings.should, "SHOULD"));
  }
  return text;
}

}  // namespace

VerdictLine VerdictOf(const Report& report, const TesteeResult& testee) {
  const Findings findings = FindingsOf(report, testee);
  std::vector<std::string> parts = {Opening(findings)};
  if (findings.harness > 0) {
    parts.push_back(absl::StrCat("of ", Count(findings.harness, "run"),
                                 " the suite gives no judgement"));
  }
  for (const auto& [note, classes] : findings.not_judged) {
    parts.push_back(absl::StrCat("not judged: ", absl::StrJoin(classes, ", "),
                                 " (", note, ")"));
  }
  if (findings.unsupported > 0) {
    parts.push_back(absl::StrCat(Count(findings.unsupported, "run"),
                                 " UNSUPPORTED, as it said beforehand"));
  }
  if (findings.not_looked_at > 0) {
    parts.push_back(absl::StrCat(Count(findings.not_looked_at, "run"),
                                 " could not be looked at on this machine"));
  }
  if (findings.tried > 0) {
    parts.push_back(
        findings.tried < findings.total
            ? absl::StrCat(findings.tried, " of ", Count(findings.total, "run"),
                           " tried")
            : absl::StrCat("all ", Count(findings.total, "run"), " tried"));
  }
  return {StandingOf(findings), absl::StrJoin(parts, "; ") + "."};
}

}  // namespace forkrpc::conformance
