// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DebuggerFromFlags: --wait and --gdb, which let somebody look into one run.
//
// Neither is seen by the testee on the wire: its descriptors are those of every
// run, and gdb has the terminal. Linking this in declares the two flags. Call
// from main's thread.
//
//   absl::StatusOr<std::unique_ptr<RunDebugger>> debugger =
//       DebuggerFromFlags(interrupted);
//   if (debugger.ok()) options.debugger = debugger->get();

#ifndef CONFORMANCE_RUNNER_CLI_DEBUGGER_H_
#define CONFORMANCE_RUNNER_CLI_DEBUGGER_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "conformance/runner/verdict/case_runner.h"

namespace forkrpc::conformance {

// Null if neither flag is given. InvalidArgument for both at once, NotFound if
// there is no gdb.
//
// With --wait the testee runs, a line on standard error says how to attach to
// it, and a line or the end of standard input lets the case begin.
//
// With --gdb the testee stands still, gdb is attached to it in the foreground
// and stops where the testee's program begins. The case goes on meanwhile, but
// the testee is not ended before gdb is. SIGINT is gdb's as long as it lives.
//
// Once `interrupted` is true, nothing is waited for, and gdb is ended.
absl::StatusOr<std::unique_ptr<RunDebugger>> DebuggerFromFlags(
    const std::atomic<bool>& interrupted);

// The flag that is given, for messages: "--wait", "--gdb" or "".
std::string DebuggerFlag();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_DEBUGGER_H_
