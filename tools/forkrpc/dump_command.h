// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// `forkrpc dump`: shows the frames of a capture; see HelpText("dump").
//
// One thread. A capture may be of any length: memory follows the longest frame,
// at most --max-length. Frames are printed as they come.
//
//   int code = RunDump({"--hex"}, {STDIN_FILENO, &std::cout, &std::cerr});

#ifndef TOOLS_FORKRPC_DUMP_COMMAND_H_
#define TOOLS_FORKRPC_DUMP_COMMAND_H_

#include <string>
#include <vector>

#include "tools/forkrpc/streams.h"

namespace forkrpc::cli {

// `arguments` are those behind "dump". Returns the exit code.
int RunDump(const std::vector<std::string>& arguments, const Streams& streams);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DUMP_COMMAND_H_
