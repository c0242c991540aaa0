// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Strings as JSON, and lists of strings from JSON.
//
// JSON strings are text, ours are octets: UTF-8 stands as a string, anything
// else as an object that gives the octets in hex, {"hex":"ff00"}. Both are
// read as well, so that what is printed can be sent again. Parsing is
// protobuf's. Any thread.
//
//   JsonList({"add", "\xff"});            // ["add",{"hex":"ff"}]
//   ParseJsonList("[\"add\", \"3\"]");    // add, 3

#ifndef TOOLS_FORKRPC_JSON_TEXT_H_
#define TOOLS_FORKRPC_JSON_TEXT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace forkrpc::cli {

// One string; the same with a list. No line ends within.
std::string JsonString(absl::string_view octets);
std::string JsonList(absl::Span<const absl::string_view> strings);

// InvalidArgument, on one line, unless `json` is an array of strings (or of
// objects as above).
absl::StatusOr<std::vector<std::string>> ParseJsonList(absl::string_view json);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_JSON_TEXT_H_
