// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Selection: which runs of the suite are wanted.
//
// Everything that is said must hold; what is not said holds. Immutable; any
// thread.
//
//   Selection selection;
//   selection.section = "frames";
//   if (Selects(selection, run, spec)) Judge(run);

#ifndef CONFORMANCE_RUNNER_CASES_SELECTION_H_
#define CONFORMANCE_RUNNER_CASES_SELECTION_H_

#include <string>
#include <vector>

#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/cases/spec_text.h"

namespace forkrpc::conformance {

struct Selection {
  // Globs over run ids and case ids: one of the first, none of the second.
  std::vector<std::string> filter = {"*"};
  std::vector<std::string> skip;
  std::string req = "*";  // glob over requirements: one that the case cites
  std::string section;    // words in the title of a cited one's section
  Level level = LEVEL_UNSPECIFIED;
  Role role = ROLE_UNSPECIFIED;
  Form form = FORM_UNSPECIFIED;
  Transport transport = TRANSPORT_UNSPECIFIED;
};

bool Selects(const Selection& selection, const CaseRun& run,
             const SpecText& spec);

// Whether a run that cites the requirement may be wanted: both `req` and
// `section` hold.
bool AsksFor(const Selection& selection, const Requirement& requirement);

// Whether the glob (* ? [...]) matches all of the text; a * crosses slashes.
bool Matches(const std::string& glob, const std::string& text);

// Whether one of the globs matches all of the text.
bool MatchesAny(const std::vector<std::string>& globs, const std::string& text);

// Whether the filter alone chooses the run: by one of its names or by its
// case's id.
bool Chooses(const std::string& filter, const CaseRun& run);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_SELECTION_H_
