// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The kill matrix as text: which case killed which mutant, and what of.
//
// Pure functions. A death counts for a case only if it is put down to a clause
// (mutant_bank.h): a mutant that turns lengths round is killed by every case
// there is, and proves little about most.

#ifndef CONFORMANCE_RUNNER_KILL_MATRIX_H_
#define CONFORMANCE_RUNNER_KILL_MATRIX_H_

#include <string>
#include <vector>

#include "conformance/runner/case_loader.h"
#include "conformance/runner/mutant_bank.h"

namespace forkrpc::conformance {

// One line for each mutant and case that killed it, tabs between mutant,
// "killed" or "survived", case, and the clauses that the death is put down to;
// what conformance/mutants/kill_matrix.tsv is. A mutant that is not killed as
// expected in all its forms has "survived" and its expected killer or "-".
std::string KillLines(const std::vector<MutantResult>& results,
                      const CaseSet& cases);

// Every run of every mutant that was a death, and the other way round, as
// Markdown.
std::string KillReport(const std::vector<MutantResult>& results,
                       const CaseSet& cases);

// Killed and total for each testee and class.
std::string KillTable(const std::vector<MutantResult>& results);

// The cases that killed no mutant for a clause that they are about, or, with a
// remark, only ones that break something else.
std::vector<std::string> CasesWithoutKill(
    const std::vector<MutantResult>& results, const CaseSet& cases);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_KILL_MATRIX_H_
