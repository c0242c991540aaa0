// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Tap: stands between a parent and a child until both are done, and judges.
//
// As the command of the child it is to the parent what the child would be, its
// end included; between two sockets it takes one connection. What it has to say
// goes to standard error, a line each, unless nobody takes it there for a
// second. One thread.
//
//   const Inheritance inherited = Inheritance::Take();
//   return TapChild(options, {"python3", "child.py"}, inherited);

#ifndef CONFORMANCE_TAP_TAP_H_
#define CONFORMANCE_TAP_TAP_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "conformance/tap/tap_observer.h"
#include "conformance/tap/tapped_child.h"
#include "tools/command_line/socket_address.h"

namespace forkrpc::conformance {

struct TapOptions {
  TapObserverOptions observer;
  // The exit status when an end has broken a MUST, in place of the child's.
  std::optional<int> breach_status;
};

// Ends this process as the child ended, by its signal if need be, or with
// breach_status. Returns only an error: FailedPrecondition for a file,
// NotFound for the child's program, Unavailable for what the system lacks.
absl::Status TapChild(const TapOptions& options,
                      const std::vector<std::string>& argv,
                      const Inheritance& inherited);

// Takes one connection at `listen`, connects to `connect`, and hands on between
// them. 0, or breach_status (by default 1), or 128 and the number of a signal
// that ended it. Unavailable for an address that cannot be had.
absl::StatusOr<int> TapSockets(const TapOptions& options,
                               const cli::SocketAddress& listen,
                               const cli::SocketAddress& connect);

// "forkrpc-conformance tap: TEXT".
void SayOfTap(absl::string_view text);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_TAP_H_
