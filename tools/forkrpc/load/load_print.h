// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The report of a load, as text and as JSON.
//
// Pure; any thread. The JSON is one object on one line, as load.schema.json
// says.
//
//   std::cout << LoadText(options, result);

#ifndef TOOLS_FORKRPC_LOAD_LOAD_PRINT_H_
#define TOOLS_FORKRPC_LOAD_LOAD_PRINT_H_

#include <cstdint>
#include <string>

#include "tools/forkrpc/load/load_options.h"
#include "tools/forkrpc/load/load_run.h"

namespace forkrpc::cli {

std::string LoadText(const LoadOptions& options, const LoadResult& result);
std::string LoadJson(const LoadOptions& options, const LoadResult& result);

// Three digits and a unit: "1.53 us", "200 ms".
std::string FormatLatency(int64_t nanoseconds);

// Three digits and a prefix: "12.3 M".
std::string FormatCount(double count);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LOAD_PRINT_H_
