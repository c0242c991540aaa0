// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StreamAddress: where doctor connects to, or serves at.
//
// HOST:PORT with the host in numbers (or localhost), [HOST]:PORT for IPv6, or
// the path of a UNIX socket, which has a slash. Names are not looked up: the
// program may be linked statically, and looking up has no end that we set. Any
// thread.
//
//   absl::StatusOr<StreamAddress> address =
//       StreamAddress::Parse("127.0.0.1:4000");
//   absl::StatusOr<OwnedFd> socket = address->Connect(deadline);

#ifndef TOOLS_FORKRPC_DOCTOR_STREAM_ADDRESS_H_
#define TOOLS_FORKRPC_DOCTOR_STREAM_ADDRESS_H_

#include <sys/socket.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc::cli {

class StreamAddress {
 public:
  // InvalidArgument, saying what to write, for what is none.
  static absl::StatusOr<StreamAddress> Parse(absl::string_view text);

  // As Parse() was given it.
  const std::string& text() const { return text_; }

  // Unavailable or DeadlineExceeded, naming the address.
  absl::StatusOr<OwnedFd> Connect(MonotonicTime deadline) const;

  // A listening socket. With port 0 the kernel chooses one: see NameOf().
  absl::StatusOr<OwnedFd> Listen() const;

  // Where a socket of Listen() is, as Parse() reads it.
  static std::string NameOf(const OwnedFd& listener);

 private:
  const sockaddr* generic() const {
    return reinterpret_cast<const sockaddr*>(&address_);
  }

  std::string text_;
  sockaddr_storage address_ = {};
  socklen_t size_ = 0;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_STREAM_ADDRESS_H_
