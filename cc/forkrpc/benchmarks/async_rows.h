// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PrintAsyncRows: what a call costs with Worker and AsyncServer on LibuvLoop.
//
// Rows of rpc_benchmark's table, measured in the same way. One thread.
//
//   PrintAsyncRows("");      // all
//   PrintAsyncRows("many");  // the row with many calls only

#ifndef FORKRPC_BENCHMARKS_ASYNC_ROWS_H_
#define FORKRPC_BENCHMARKS_ASYNC_ROWS_H_

#include "absl/strings/string_view.h"

namespace forkrpc {

void PrintAsyncRows(absl::string_view only);

}  // namespace forkrpc

#endif  // FORKRPC_BENCHMARKS_ASYNC_ROWS_H_
