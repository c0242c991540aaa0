// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// JudgeRecords: `judge`, which replays wire records on the oracle.
//
//   return JudgeRecords({"logs/python/child-echo.sync.wire"}, spec, std::cout);

#ifndef CONFORMANCE_RUNNER_CLI_JUDGE_COMMAND_H_
#define CONFORMANCE_RUNNER_CLI_JUDGE_COMMAND_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "conformance/runner/cases/spec_text.h"

namespace forkrpc::conformance {

// One line for each record, and the clauses' sentences below. The exit status:
// 0 if no MUST is broken, 1 if one is, 3 if the oracle now sees other than what
// the record says that it saw. InvalidArgument or NotFound, naming the file,
// for what is no record.
absl::StatusOr<int> JudgeRecords(const std::vector<std::string>& paths,
                                 const SpecText& spec, std::ostream& out);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_JUDGE_COMMAND_H_
