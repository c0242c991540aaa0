// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SocketAddress: how a socket's address is written on a command line.
//
// HOST:PORT with the host in numbers (or localhost), [HOST]:PORT for IPv6, or
// the path of a UNIX socket, which has a slash. Names are not looked up: a
// program may be linked statically, and looking up has no end that we set. Any
// thread.
//
//   absl::StatusOr<SocketAddress> address =
//       SocketAddress::Parse("127.0.0.1:4000");
//   connect(fd, address->generic(), address->size());

#ifndef TOOLS_COMMAND_LINE_SOCKET_ADDRESS_H_
#define TOOLS_COMMAND_LINE_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc::cli {

class SocketAddress {
 public:
  // InvalidArgument, saying what to write, for what is none.
  static absl::StatusOr<SocketAddress> Parse(absl::string_view text);

  // Where that socket is bound, as Parse() reads it.
  static std::string NameOf(int fd);

  // As it was written.
  const std::string& text() const { return text_; }
  const sockaddr* generic() const {
    return reinterpret_cast<const sockaddr*>(&address_);
  }
  socklen_t size() const { return size_; }
  sa_family_t family() const { return address_.ss_family; }

 private:
  std::string text_;
  sockaddr_storage address_ = {};
  socklen_t size_ = 0;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_COMMAND_LINE_SOCKET_ADDRESS_H_
