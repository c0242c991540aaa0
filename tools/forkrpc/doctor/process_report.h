// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProcessReport: what a worker finds of its process: descriptors, signals.
//
// Looks at this process; changes nothing. One thread.
//
//   std::cout << ReportOfThisProcess();  // "fd0 socket-unix", one a line

#ifndef TOOLS_FORKRPC_DOCTOR_PROCESS_REPORT_H_
#define TOOLS_FORKRPC_DOCTOR_PROCESS_REPORT_H_

#include <string>

namespace forkrpc::cli {

// Lines "name value", each with its line end:
//   fd0, fd1, fd2    pipe, socket-unix, socket-tcp, socket, terminal, file,
//                    null, device, closed
//   nonblocking      the numbers of those of 0, 1, 2 that have O_NONBLOCK, or -
//   one_stream       yes if 0 and 1 are the same open file, else no
//   ignored, blocked signals, such as PIPE,HUP, or -; those below 32 only, for
//                    glibc's own two are harmless
//   descriptors      others that are open, such as 3:pipe,7:file, or -
//   version          the program's
std::string ReportOfThisProcess();

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_PROCESS_REPORT_H_
