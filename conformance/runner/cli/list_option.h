// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ListOption: an option that is a list, and may be given more than once.
//
// "--name=a,b --name=c" is a, b and c; what is given takes the place of the
// flag's default. "@FILE" stands for the lines of a file, without empty ones
// and those that begin with '#'. One thread.
//
//   line.Add("filter", ListOption(flag));

#ifndef CONFORMANCE_RUNNER_CLI_LIST_OPTION_H_
#define CONFORMANCE_RUNNER_CLI_LIST_OPTION_H_

#include "absl/flags/commandlineflag.h"
#include "tools/command_line/command_line.h"

namespace forkrpc::conformance {

// Of a flag that is a std::vector<std::string>, which must outlive the option.
// InvalidArgument for a file that cannot be read or lists nothing.
cli::CommandLine::Option ListOption(absl::CommandLineFlag* flag);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_LIST_OPTION_H_
