// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// `forkrpc doctor`: examines what is between a parent and its worker; see
// HelpText("doctor").
//
// Every error is one line on standard error.
//
//   int code = RunDoctor({"--", "ssh", "host"},
//                        {STDIN_FILENO, &std::cout, &std::cerr});

#ifndef TOOLS_FORKRPC_DOCTOR_DOCTOR_COMMAND_H_
#define TOOLS_FORKRPC_DOCTOR_DOCTOR_COMMAND_H_

#include <string>
#include <vector>

#include "tools/forkrpc/streams.h"

namespace forkrpc::cli {

// `arguments` are those behind "doctor". Returns the exit code: 0 if nothing is
// broken that the wire needs, 1 if something is, 2 if nothing can be said.
int RunDoctor(const std::vector<std::string>& arguments,
              const Streams& streams);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_DOCTOR_COMMAND_H_
