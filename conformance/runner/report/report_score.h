// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the runs of a Report come to, against a total that no testee and no
// filter changes.
//
// Pure functions; any thread.
//
//   CompleteReport(cases, spec, *records, &report);

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_SCORE_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_SCORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/spec_text.h"
#include "forkrpc/conformance_result.pb.h"
#include "forkrpc/requirement.pb.h"

namespace forkrpc::conformance {

// The bundled spec/requirements.textproto. Internal if it cannot be read.
absl::StatusOr<spec::Requirements> RequirementRecords();

// Writes down what the suite holds and what became of twins, and scores every
// class; what the report had of these before is replaced.
void CompleteReport(const CaseSet& cases, const SpecText& spec,
                    const spec::Requirements& records, Report* report);

// Scores every class by the runs that it has; see Score in the schema.
void ScoreClasses(Report* report);

// The requirements that no case cites, in the order of the specification. They
// point into the report.
std::vector<const RequirementInfo*> Uncited(const Report& report);

// "case", "vector", "test" or "review": what shows a breach.
std::string Name(spec::Testability testability);

// "child sync".
std::string ClassName(const ClassResult& each);

// One sentence with the number of those and of each kind; "" if there are none.
std::string UncitedText(const Report& report);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_SCORE_H_
