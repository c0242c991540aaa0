// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Messages in protobuf's text format: cases, plans, expectations, registries.
//
// Any thread; writes nothing to standard error, whatever the release of
// protobuf.
//
//   Case parsed;
//   absl::Status status = ReadMessageText(text, &parsed);

#ifndef CONFORMANCE_RUNNER_BASE_MESSAGE_TEXT_H_
#define CONFORMANCE_RUNNER_BASE_MESSAGE_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace forkrpc::conformance {

// Sets *message to what the text says. InvalidArgument with the place of the
// first error and what is wrong there: "line 3, column 5: ...", on one line and
// legible.
absl::Status ReadMessageText(const std::string& text,
                             google::protobuf::Message* message);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_MESSAGE_TEXT_H_
