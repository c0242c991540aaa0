// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MapCalls: a call for each of many inputs, in bounded memory.
//
// Reads inputs as it needs them and hands out the ends of their calls, in this
// thread, in the order of the inputs or as they come. At most `window` inputs
// are read and not handed out yet, however many there are. Several threads may
// map over one pool at a time.
//
//   forkrpc::PoolOptions options;
//   options.program.argv = {"./greeter"};
//   auto pool = forkrpc::ThreadedPool::Create(options);
//   if (!pool.ok()) return pool.status();
//   std::vector<std::string> names = {"Ada", "Grace"};
//   size_t next = 0;
//   absl::Status status = forkrpc::MapCalls(
//       pool->get(),
//       [&]() -> absl::optional<std::string> {
//         if (next == names.size()) return absl::nullopt;
//         return names[next++];
//       },
//       [&](size_t, absl::StatusOr<std::string> response) {
//         if (response.ok()) std::cout << *response << "\n";
//         return response.status();  // another than OK ends it
//       });

#ifndef FORKRPC_POOL_MAP_CALLS_H_
#define FORKRPC_POOL_MAP_CALLS_H_

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/threaded_pool.h"

namespace forkrpc {

struct MapOptions {
  enum Order {
    kAsInputs,  // an end waits for those of the inputs before it
    kAsTheyCome,
  };
  Order order = kAsInputs;
  // Inputs that are read and whose ends are not handed out yet, at most; at
  // least 1. A small one leaves workers without work, a large one costs memory.
  size_t window = 1000;
  PoolCallOptions call;  // of each
};

// Calls `next` until it has no more, and `each` with the index of an input,
// from 0, and how its call ended. What `each` returns besides OK ends it: calls
// that are left are cancelled, their ends are not handed out, and that status
// is returned. Errors of calls are no errors of it.
absl::Status MapCalls(ThreadedPool* pool,
                      absl::FunctionRef<absl::optional<std::string>()> next,
                      absl::FunctionRef<absl::Status(
                          size_t index, absl::StatusOr<std::string> end)>
                          each,
                      const MapOptions& options = {});

}  // namespace forkrpc

#endif  // FORKRPC_POOL_MAP_CALLS_H_
