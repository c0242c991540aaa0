// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What `forkrpc help` and `forkrpc --version` print.

#ifndef TOOLS_FORKRPC_HELP_H_
#define TOOLS_FORKRPC_HELP_H_

#include <string>

#include "absl/strings/string_view.h"

namespace forkrpc::cli {

// The release; the same as in MODULE.bazel.
inline constexpr absl::string_view kVersion = "0.2.0";

// The specification's version; the same as in spec/requirements.textproto.
inline constexpr absl::string_view kSpecification = "1.1";

// `topic` is a subcommand, or empty for the whole. Empty if there is no such
// topic.
std::string HelpText(absl::string_view topic);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_HELP_H_
