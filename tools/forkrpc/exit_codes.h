// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The exit codes of the forkrpc tool, for scripts.

#ifndef TOOLS_FORKRPC_EXIT_CODES_H_
#define TOOLS_FORKRPC_EXIT_CODES_H_

namespace forkrpc::cli {

inline constexpr int kExitOk = 0;
// A call failed, or what `dump` reads is broken.
inline constexpr int kExitFailed = 1;
// Wrong usage or unreadable input; or the worker is none: it is missing, it
// ended before it read a request, or the first it sends is not the wire.
inline constexpr int kExitUsage = 2;

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_EXIT_CODES_H_
