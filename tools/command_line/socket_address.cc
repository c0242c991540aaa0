// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/command_line/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

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

absl::StatusOr<SocketAddress> SocketAddress::Parse(absl::string_view text) {
  SocketAddress parsed;
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

std::string SocketAddress::NameOf(int fd) {
  SocketAddress at;
  at.size_ = sizeof(at.address_);
  getsockname(fd, reinterpret_cast<sockaddr*>(&at.address_), &at.size_);
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
