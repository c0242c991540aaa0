// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The names of the environment variables that this library sets for a worker
// and that a worker reads. Constant data; any thread.
//
//   setenv(forkrpc::kFormVariable, "async:4711", 1);

#ifndef FORKRPC_BASE_ENVIRONMENT_NAMES_H_
#define FORKRPC_BASE_ENVIRONMENT_NAMES_H_

namespace forkrpc {

// What form the parent speaks on the wire: see transport/wire_terms.h.
inline constexpr char kFormVariable[] = "FORKRPC_FORM";

// Which serialiser the parent uses on it, where its type knows one.
inline constexpr char kSerialiserVariable[] = "FORKRPC_SERIALISER";

}  // namespace forkrpc

#endif  // FORKRPC_BASE_ENVIRONMENT_NAMES_H_
