// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/stream_address.h"

#include <errno.h>
#include <poll.h>

#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/poll.h"

namespace forkrpc::cli {

absl::StatusOr<StreamAddress> StreamAddress::Parse(absl::string_view text) {
  absl::StatusOr<SocketAddress> parsed = SocketAddress::Parse(text);
  if (!parsed.ok()) return parsed.status();
  return StreamAddress(*std::move(parsed));
}

absl::StatusOr<OwnedFd> StreamAddress::Connect(MonotonicTime deadline) const {
  OwnedFd fd(
      socket(address_.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot make a socket");
  int error =
      connect(fd.get(), address_.generic(), address_.size()) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd connected = {fd.get(), POLLOUT, 0};
    const absl::StatusOr<int> ready =
        PollUntil(absl::MakeSpan(&connected, 1), deadline);
    if (!ready.ok()) return ready.status();
    if (*ready == 0) {
      return absl::DeadlineExceededError(
          absl::StrCat("nobody answers at ", address_.text()));
    }
    socklen_t size = sizeof(error);
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot connect to ", address_.text(), ": ", strerror(error)));
  }
  return fd;
}

absl::StatusOr<OwnedFd> StreamAddress::Listen() const {
  OwnedFd fd(socket(address_.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot make a socket");
  const int again = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &again, sizeof(again));
  if (bind(fd.get(), address_.generic(), address_.size()) != 0 ||
      listen(fd.get(), 64) != 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen at ", address_.text(), ": ", strerror(errno)));
  }
  return fd;
}

std::string StreamAddress::NameOf(const OwnedFd& listener) {
  return SocketAddress::NameOf(listener.get());
}

}  // namespace forkrpc::cli
