// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What `list` and `explain` print.
//
// Pure functions; any thread.
//
//   absl::StatusOr<std::string> text = Explain("FR-FRM-001", cases, spec);

#ifndef CONFORMANCE_RUNNER_CLI_EXPLAIN_H_
#define CONFORMANCE_RUNNER_CLI_EXPLAIN_H_

#include <string>

#include "absl/status/statusor.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/cases/spec_text.h"

namespace forkrpc::conformance {

enum class ListDetail { kCases, kRuns };

// One line for each case that has a chosen run and, below it, for each chosen
// run its id; if all are chosen also the requirements that no case cites.
std::string ListCases(const CaseSet& cases, const SpecText& spec,
                      const Selection& selection, ListDetail detail);

// A requirement's sentence and the cases that cite it, or a case's title,
// reason, requirements and steps. A run's id stands for its case. NotFound for
// any other id.
absl::StatusOr<std::string> Explain(const std::string& id, const CaseSet& cases,
                                    const SpecText& spec);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_EXPLAIN_H_
