// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// `forkrpc load`: makes calls of workers and says how long they take; see
// HelpText("load").
//
// Every error is one line on standard error.
//
//   int code = RunLoadCommand({"--", "./worker"},
//                             {STDIN_FILENO, &std::cout, &std::cerr});

#ifndef TOOLS_FORKRPC_LOAD_LOAD_COMMAND_H_
#define TOOLS_FORKRPC_LOAD_LOAD_COMMAND_H_

#include <string>
#include <vector>

#include "tools/forkrpc/streams.h"

namespace forkrpc::cli {

// `arguments` are those behind "load". Returns the exit code: 0 if each call
// was answered, 1 if one was not, 2 if nothing can be measured.
int RunLoadCommand(const std::vector<std::string>& arguments,
                   const Streams& streams);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LOAD_COMMAND_H_
