// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StreamAddress: where doctor connects to, or serves at.
//
// A SocketAddress, and sockets of ours there. Any thread.
//
//   absl::StatusOr<StreamAddress> address =
//       StreamAddress::Parse("127.0.0.1:4000");
//   absl::StatusOr<OwnedFd> socket = address->Connect(deadline);

#ifndef TOOLS_FORKRPC_DOCTOR_STREAM_ADDRESS_H_
#define TOOLS_FORKRPC_DOCTOR_STREAM_ADDRESS_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"
#include "tools/command_line/socket_address.h"

namespace forkrpc::cli {

class StreamAddress {
 public:
  // InvalidArgument, saying what to write, for what is none.
  static absl::StatusOr<StreamAddress> Parse(absl::string_view text);

  // As Parse() was given it.
  const std::string& text() const { return address_.text(); }

  // Unavailable or DeadlineExceeded, naming the address.
  absl::StatusOr<OwnedFd> Connect(MonotonicTime deadline) const;

  // A listening socket. With port 0 the kernel chooses one: see NameOf().
  absl::StatusOr<OwnedFd> Listen() const;

  // Where a socket of Listen() is, as Parse() reads it.
  static std::string NameOf(const OwnedFd& listener);

 private:
  explicit StreamAddress(SocketAddress address)
      : address_(std::move(address)) {}

  SocketAddress address_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_STREAM_ADDRESS_H_
