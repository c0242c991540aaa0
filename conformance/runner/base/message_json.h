// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A result as JSON: what --json of every subcommand writes.
//
// Any thread.
//
//   absl::StatusOr<std::string> json = MessageJson(report);

#ifndef CONFORMANCE_RUNNER_BASE_MESSAGE_JSON_H_
#define CONFORMANCE_RUNNER_BASE_MESSAGE_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace forkrpc::conformance {

// The message in protobuf's JSON mapping with the names of the schema, and each
// field that is not a message even if it is not set; texts are made Legible.
// Internal if that fails.
absl::StatusOr<std::string> MessageJson(
    const google::protobuf::Message& message);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_MESSAGE_JSON_H_
