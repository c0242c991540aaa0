// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Direction: which way octets go.

#ifndef TOOLS_FORKRPC_DIRECTION_H_
#define TOOLS_FORKRPC_DIRECTION_H_

namespace forkrpc::cli {

enum class Direction {
  kDown,  // parent to child: requests
  kUp,    // child to parent: responses and events
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DIRECTION_H_
