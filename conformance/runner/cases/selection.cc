// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/selection.h"

#include <fnmatch.h>

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace forkrpc::conformance {
namespace {

bool InSection(const std::string& words, const Requirement& requirement) {
  return absl::StrContains(absl::AsciiStrToLower(requirement.section),
                           absl::AsciiStrToLower(words));
}

}  // namespace

bool Matches(const std::string& glob, const std::string& text) {
  return fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

bool MatchesAny(const std::vector<std::string>& globs,
                const std::string& text) {
  return absl::c_any_of(
      globs, [&](const std::string& glob) { return Matches(glob, text); });
}

bool Chooses(const std::string& filter, const CaseRun& run) {
  for (const std::string& name : run.Names()) {
    if (Matches(filter, name)) return true;
  }
  return Matches(filter, run.conformance_case->id());
}

bool AsksFor(const Selection& selection, const Requirement& requirement) {
  return Matches(selection.req, requirement.id) &&
         InSection(selection.section, requirement);
}

bool Selects(const Selection& selection, const CaseRun& run,
             const SpecText& spec) {
  const Case& c = *run.conformance_case;
  const auto chosen_by = [&](const std::string& glob) {
    return Chooses(glob, run);
  };
  if (!absl::c_any_of(selection.filter, chosen_by) ||
      absl::c_any_of(selection.skip, chosen_by)) {
    return false;
  }
  const auto is = [](int wanted, int got) {
    return wanted == 0 || wanted == got;
  };
  if (!is(selection.level, c.level()) || !is(selection.role, c.role()) ||
      !is(selection.form, run.form) ||
      !is(selection.transport, run.transport)) {
    return false;
  }
  return std::any_of(c.reqs().begin(), c.reqs().end(), [&](const auto& id) {
    const Requirement* const requirement = spec.Find(id);
    return requirement != nullptr && AsksFor(selection, *requirement);
  });
}

}  // namespace forkrpc::conformance
