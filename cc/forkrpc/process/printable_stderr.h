// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PrintableStderr: what a worker has written, fit for an error text.
//
// Any thread. Allocates the text, at most four times as long.
//
//   Log("its stderr ended: ", forkrpc::PrintableStderr(capture.tail()));

#ifndef FORKRPC_PROCESS_PRINTABLE_STDERR_H_
#define FORKRPC_PROCESS_PRINTABLE_STDERR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace forkrpc {

// `octets` on one line and without control octets: " | " for line ends, \xNN
// for octets outside printable ASCII. Line ends at the end are dropped.
std::string PrintableStderr(absl::string_view octets);

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_PRINTABLE_STDERR_H_
