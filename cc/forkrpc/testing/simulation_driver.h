// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FlushNow, ReadOnce: what a driver does with a connection and its stream, one
// step at a time, without waiting. As LoopDriver does it.
//
//   bool moved = FlushNow(&connection, &transport, [] {});
//   moved |= ReadOnce(&connection, &transport, &received);

#ifndef FORKRPC_TESTING_SIMULATION_DRIVER_H_
#define FORKRPC_TESTING_SIMULATION_DRIVER_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Writes until nothing is left or it would block, and half-closes if that is
// wanted. `on_fault` is called before a failed stream is told. Returns whether
// something was done.
bool FlushNow(Connection* connection, Transport* transport,
              absl::FunctionRef<void()> on_fault);

// Reads once, if anything is wanted, and counts the octets in `*received`.
// Returns whether something came: octets, the end or an error.
bool ReadOnce(Connection* connection, Transport* transport, uint64_t* received);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_SIMULATION_DRIVER_H_
