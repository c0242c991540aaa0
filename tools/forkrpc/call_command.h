// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// `forkrpc call`: calls a worker from the shell; see HelpText("call").
//
// One thread; the worker is gone when it returns. Every error is one line on
// standard error.
//
//   int code = RunCall({"add", "3", "4", "--", "./worker"},
//                      {STDIN_FILENO, &std::cout, &std::cerr});

#ifndef TOOLS_FORKRPC_CALL_COMMAND_H_
#define TOOLS_FORKRPC_CALL_COMMAND_H_

#include <string>
#include <vector>

#include "tools/forkrpc/streams.h"

namespace forkrpc::cli {

// `arguments` are those behind "call". Returns the exit code.
int RunCall(const std::vector<std::string>& arguments, const Streams& streams);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CALL_COMMAND_H_
