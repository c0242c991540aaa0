// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/stream_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/poll.h"

namespace forkrpc::cli {
namespace {

absl::Status NoAddress(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "'", text,
      "' is no address: use HOST:PORT with the host in numbers, such "
      "as 127.0.0.1:4000 or [::1]:4000, or the path of a UNIX socket with a "
      "slash in it"));
}

}  // namespace

absl::StatusOr<StreamAddress> StreamAddress::Parse(absl::string_view text) {
  StreamAddress parsed;
  parsed.text_ = std::string(text);
  if (absl::StrContains(text, '/')) {
    auto* const address = reinterpret_cast<sockaddr_un*>(&parsed.address_);
    if (text.size() >= sizeof(address->sun_path)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", text, "' is too long for the path of a socket: ", text.size(),
          " octets, at most ", sizeof(address->sun_path) - 1));
    }
    address->sun_family = AF_UNIX;
    std::memcpy(address->sun_path, text.data(), text.size());
    parsed.size_ = sizeof(*address);
    return parsed;
  }
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port > 65535) {
    return NoAddress(text);
  }
  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&parsed.address_);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&parsed.address_);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(port));
    parsed.size_ = sizeof(*v4);
    return parsed;
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']' &&
      inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(),
                &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<uint16_t>(port));
    parsed.size_ = sizeof(*v6);
    return parsed;
  }
  return NoAddress(text);
}

absl::StatusOr<OwnedFd> StreamAddress::Connect(MonotonicTime deadline) const {
  OwnedFd fd(socket(generic()->sa_family,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot make a socket");
  int error = connect(fd.get(), generic(), size_) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd connected = {fd.get(), POLLOUT, 0};
    const absl::StatusOr<int> ready =
        PollUntil(absl::MakeSpan(&connected, 1), deadline);
    if (!ready.ok()) return ready.status();
    if (*ready == 0) {
      return absl::DeadlineExceededError(
          absl::StrCat("nobody answers at ", text_));
    }
    socklen_t size = sizeof(error);
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot connect to ", text_, ": ", strerror(error)));
  }
  return fd;
}

absl::StatusOr<OwnedFd> StreamAddress::Listen() const {
  OwnedFd fd(socket(generic()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot make a socket");
  const int again = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &again, sizeof(again));
  if (bind(fd.get(), generic(), size_) != 0 || listen(fd.get(), 64) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen at ", text_, ": ", strerror(errno)));
  }
  return fd;
}

std::string StreamAddress::NameOf(const OwnedFd& listener) {
  StreamAddress at;
  at.size_ = sizeof(at.address_);
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at.address_),
              &at.size_);
  char host[INET6_ADDRSTRLEN] = "";
  switch (at.generic()->sa_family) {
    case AF_UNIX:
      return reinterpret_cast<sockaddr_un*>(&at.address_)->sun_path;
    case AF_INET: {
      const auto* const v4 = reinterpret_cast<sockaddr_in*>(&at.address_);
      inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
      return absl::StrCat(host, ":", ntohs(v4->sin_port));
    }
    default: {
      const auto* const v6 = reinterpret_cast<sockaddr_in6*>(&at.address_);
      inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
      return absl::StrCat("[", host, "]:", ntohs(v6->sin6_port));
    }
  }
}

}  // namespace forkrpc::cli
