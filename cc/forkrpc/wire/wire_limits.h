// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a receiver puts up with. Plain values.

#ifndef FORKRPC_WIRE_WIRE_LIMITS_H_
#define FORKRPC_WIRE_WIRE_LIMITS_H_

#include <cstddef>

namespace forkrpc {

struct WireLimits {
  // The longest payload accepted, in octets; 0 to 4294967295. A longer one is
  // refused when its header arrives. The default is between gRPC's 4 MiB and
  // Cap'n Proto's 64 MiB: ample for a call, harmless for a process.
  //= spec/wire.md#FR-LIM-002
  size_t max_payload = size_t{16} << 20;
};

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_WIRE_LIMITS_H_
