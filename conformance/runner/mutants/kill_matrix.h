// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The kill matrix as text: which case killed which mutant, and what of.
//
// Pure functions. A death counts for a case only if it is put down to a clause
// (mutant_bank.h): a mutant that turns lengths round is killed by every case
// there is, and proves little about most.

#ifndef CONFORMANCE_RUNNER_MUTANTS_KILL_MATRIX_H_
#define CONFORMANCE_RUNNER_MUTANTS_KILL_MATRIX_H_

#include <string>
#include <vector>

#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/mutants/mutant_bank.h"

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

// A line for each of those cases that the registry does not call harmless, and
// for each that it calls so and that is not among them. For results of all
// mutants.
std::vector<std::string> CasesAmiss(const std::vector<MutantResult>& results,
                                    const CaseSet& cases,
                                    const Registry& registry);

// What the text of KillLines on file lacks of the registry and of the results,
// which may be those of a few mutants: a line for each mutant that is missing
// or no longer registered, each kill that it does not have, and each line of
// its own that cannot be read, with its number.
std::vector<std::string> MatrixAmiss(const std::string& matrix,
                                     const Registry& registry,
                                     const std::vector<MutantResult>& results,
                                     const CaseSet& cases);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_MUTANTS_KILL_MATRIX_H_
