// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Streams: what a subcommand reads and writes, so that tests can be its user.

#ifndef TOOLS_FORKRPC_STREAMS_H_
#define TOOLS_FORKRPC_STREAMS_H_

#include <ostream>

namespace forkrpc::cli {

struct Streams {
  int in;             // descriptor of the standard input
  std::ostream* out;  // standard output
  std::ostream* err;  // standard error
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_STREAMS_H_
