// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/explain.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "conformance/runner/cases/step_text.h"

namespace forkrpc::conformance {
namespace {

bool Cites(const Case& c, const std::string& req) {
  return std::find(c.reqs().begin(), c.reqs().end(), req) != c.reqs().end();
}

std::string FormNames(const Case& c) {
  std::vector<std::string> names;
  for (const int form : c.forms()) {
    names.push_back(Name(static_cast<Form>(form)));
  }
  return absl::StrJoin(names, "+");
}

std::string ExplainRequirement(const Requirement& requirement,
                               const CaseSet& cases) {
  std::string text =
      absl::StrCat(requirement.id, " (", requirement.section, ")\n",
                   requirement.sentence, "\n\ncases that cite it:\n");
  bool any = false;
  for (const Case& c : cases.cases()) {
    if (!Cites(c, requirement.id)) continue;
    any = true;
    absl::StrAppendFormat(&text, "  %-32s %s\n", c.id(), c.title());
  }
  if (!any) absl::StrAppend(&text, "  none\n");
  return text;
}

std::string ExplainCase(const Case& c, const CaseSet& cases,
                        const SpecText& spec) {
  std::string text = absl::StrCat(
      c.id(), " (", Name(c.level()), ", ", Name(c.role()), ", ", FormNames(c),
      ")\n", c.title(), "\n\nwhy: ", c.why(), "\n\nrequirements:\n");
  for (const std::string& req : c.reqs()) {
    absl::StrAppend(&text, "  ", req, ": ", spec.Find(req)->sentence, "\n");
  }
  if (!c.twin().empty()) {
    absl::StrAppend(&text, "\ntwin: ", c.twin(),
                    ", which sends the same but for the error\n");
  }
  absl::StrAppend(&text, "\nruns:\n");
  for (const CaseRun& run : cases.Runs()) {
    if (run.conformance_case->id() == c.id()) {
      absl::StrAppend(&text, "  ", run.Id(), "\n");
    }
  }
  absl::StrAppend(&text, "\nsteps:\n");
  int number = 0;
  for (const Step& step : c.steps()) {
    absl::StrAppendFormat(&text, "  %2d. %s\n", ++number,
                          StepText(step, "      "));
  }
  return text;
}

constexpr absl::string_view AxesText() {
  return R"(The runs of a case are the product of:

form       what the case lists: sync, async
transport  what the case lists, or all that the role can have:
           socketpair  one socket on descriptors 0 and 1 (a parent: 3)
           pipes       a pipe on 0, another on 1; a child only
           unix        an AF_UNIX socket that was connected to a path
           tcp         a TCP socket through loopback
chunking   what the case lists, or whole:
           whole          one write for each item
           every-octet    one write for each octet, when the one before was read
           coalesced      one write for all items of a step
           random-splits-N  cut where --seed and the run's id say, N from 1
size       where the case lists sizes: octets of the payloads that vary

A run's id is the case's, the form, and what differs from socketpair and whole:
child/echo:sync:tcp:random-splits-2:size-65536

--filter takes a glob (* ? [a-z]; a * crosses / and :) that must match the whole of
a run's id or of its case's id. Socketpair and whole may be named, too:
child/echo:sync:socketpair chooses the same run as child/echo:sync.
)";
}

}  // namespace

std::string ListCases(const CaseSet& cases, const SpecText& spec,
                      const Selection& selection, ListDetail detail) {
  std::map<std::string, std::vector<std::string>> chosen;  // of a case its runs
  for (const CaseRun& run : cases.Runs()) {
    if (!Selects(selection, run, spec)) continue;
    chosen[run.conformance_case->id()].push_back(run.Id());
  }
  std::string text;
  size_t runs = 0;
  for (const Case& c : cases.cases()) {
    const auto it = chosen.find(c.id());
    if (it == chosen.end()) continue;
    runs += it->second.size();
    absl::StrAppendFormat(&text, "%-32s %-6s %-10s %2d  %s\n", c.id(),
                          Name(c.level()), FormNames(c), it->second.size(),
                          c.title());
    if (detail == ListDetail::kCases) continue;
    for (const std::string& id : it->second) {
      absl::StrAppend(&text, "  ", id, "\n");
    }
  }
  absl::StrAppend(&text, chosen.size(), " cases, ", runs, " runs\n");
  if (chosen.size() < cases.cases().size()) return text;
  std::vector<std::string> uncited;
  for (const Requirement& requirement : spec.requirements()) {
    const auto cites = [&](const Case& c) { return Cites(c, requirement.id); };
    if (std::none_of(cases.cases().begin(), cases.cases().end(), cites)) {
      uncited.push_back(requirement.id);
    }
  }
  absl::StrAppend(&text, "requirements that no case cites: ",
                  uncited.empty() ? "none" : absl::StrJoin(uncited, " "), "\n");
  return text;
}

absl::StatusOr<std::string> Explain(const std::string& id, const CaseSet& cases,
                                    const SpecText& spec) {
  const Requirement* const requirement = spec.Find(id);
  if (requirement != nullptr) return ExplainRequirement(*requirement, cases);
  const Case* const c = cases.Find(id.substr(0, id.find(':')));
  if (c != nullptr) return ExplainCase(*c, cases, spec);
  if (id == "axes") return std::string(AxesText());
  return absl::NotFoundError(absl::StrCat("there is no requirement or case '",
                                          id, "'; `list` shows the ids"));
}

}  // namespace forkrpc::conformance
