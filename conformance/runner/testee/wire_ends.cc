// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/wire_ends.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// Cases wait for 32 KiB to pile up, and the kernel calls a socket writable only
// while a quarter of its room, bookkeeping included, is in use.
constexpr int kSocketOctets = 208 << 10;

absl::StatusOr<WireEnds> MakeEnds(ScopedFd runner, ScopedFd testee) {
  absl::StatusOr<ScopedFd> ours = Lift(std::move(runner));
  if (!ours.ok()) return ours.status();
  absl::StatusOr<ScopedFd> theirs = Lift(std::move(testee));
  if (!theirs.ok()) return theirs.status();
  if (fcntl(ours->get(), F_SETFL, O_NONBLOCK) != 0) {
    return SystemError("fcntl(O_NONBLOCK)", errno);
  }
  return WireEnds{*std::move(ours), *std::move(theirs)};
}

void SetOption(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

template <typename Address>
sockaddr* Generic(Address* address) {
  return reinterpret_cast<sockaddr*>(address);
}

// Listens at *address, which becomes what the system made of it, and connects.
template <typename Address>
absl::StatusOr<WireEnds> ConnectAt(Address* address) {
  const int family = Generic(address)->sa_family;
  absl::StatusOr<ScopedFd> listening = RunnersSocket(family);
  absl::StatusOr<ScopedFd> connecting = RunnersSocket(family);
  if (!listening.ok()) return listening.status();
  if (!connecting.ok()) return connecting.status();
  const socklen_t nameless =
      family == AF_UNIX ? sizeof(sa_family_t) : sizeof *address;
  socklen_t size = sizeof *address;
  if (bind(listening->get(), Generic(address), nameless) != 0 ||
      listen(listening->get(), 1) != 0 ||
      getsockname(listening->get(), Generic(address), &size) != 0) {
    return SystemError("bind and listen", errno);
  }
  if (connect(connecting->get(), Generic(address), size) != 0) {
    return SystemError("connect", errno);
  }
  ScopedFd accepted(accept4(listening->get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!accepted.valid()) return SystemError("accept", errno);
  return MakeEnds(*std::move(connecting), std::move(accepted));
}

absl::StatusOr<WireEnds> SocketPair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return SystemError("socketpair", errno);
  }
  for (const int fd : fds) {
    SetOption(fd, SOL_SOCKET, SO_SNDBUF, kSocketOctets);
  }
  return MakeEnds(ScopedFd(fds[0]), ScopedFd(fds[1]));
}

absl::StatusOr<WireEnds> UnixSockets() {
  // Without a path the system gives it an abstract name: no folder need be
  // writable, and nothing is left behind.
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  absl::StatusOr<WireEnds> ends = ConnectAt(&address);
  // An accepted socket does not inherit the listener's room.
  if (ends.ok()) {
    SetOption(ends->testee.get(), SOL_SOCKET, SO_SNDBUF, kSocketOctets);
  }
  return ends;
}

absl::StatusOr<WireEnds> TcpSockets() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  absl::StatusOr<WireEnds> ends = ConnectAt(&address);
  if (!ends.ok()) {
    return absl::Status(ends.status().code(),
                        absl::StrCat("no TCP over the loopback device: ",
                                     ends.status().message()));
  }
  // Anybody on this machine could have connected first.
  sockaddr_in ours = {};
  sockaddr_in peer = {};
  socklen_t size = sizeof ours;
  if (getsockname(ends->runner.get(), Generic(&ours), &size) != 0 ||
      getpeername(ends->testee.get(), Generic(&peer), &size) != 0 ||
      ours.sin_port != peer.sin_port) {
    return absl::InternalError("a stranger connected to the runner's port");
  }
  return ends;
}

// What the kernel has acknowledged for the other end was not read yet: only the
// other end's socket knows. 0 if it cannot be asked for.
int TcpOctetsUnread(int fd) {
  sockaddr_in ours = {};
  sockaddr_in theirs = {};
  socklen_t size = sizeof ours;
  if (getsockname(fd, Generic(&ours), &size) != 0 ||
      getpeername(fd, Generic(&theirs), &size) != 0) {
    return 0;
  }
  const ScopedFd netlink(
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink.valid()) return 0;
  struct {
    nlmsghdr header;
    inet_diag_req_v2 body;
  } request = {};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = AF_INET;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = ~0u;
  inet_diag_sockid& id = request.body.id;
  id.idiag_sport = theirs.sin_port;
  id.idiag_dport = ours.sin_port;
  id.idiag_src[0] = theirs.sin_addr.s_addr;
  id.idiag_dst[0] = ours.sin_addr.s_addr;
  id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  alignas(nlmsghdr) char answer[1024];
  if (send(netlink.get(), &request, sizeof request, 0) < 0) return 0;
  const ssize_t count = recv(netlink.get(), answer, sizeof answer, 0);
  const auto* const header = reinterpret_cast<const nlmsghdr*>(answer);
  if (count < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg))) ||
      header->nlmsg_type != SOCK_DIAG_BY_FAMILY) {
    return 0;
  }
  inet_diag_msg message;
  memcpy(&message, NLMSG_DATA(header), sizeof message);
  return static_cast<int>(message.idiag_rqueue);
}

}  // namespace

absl::Status SystemError(const char* what, int error) {
  const std::string text = absl::StrCat(what, ": ", strerror(error));
  // Whatever else an error says is our own mistake.
  static constexpr int kMachines[] = {
      EMFILE,        ENFILE,      ENOMEM,   ENOBUFS,      EAGAIN,
      EACCES,        EPERM,       EROFS,    ENOENT,       ENOTDIR,
      ENOSPC,        EDQUOT,      EIO,      ENAMETOOLONG, EAFNOSUPPORT,
      EADDRNOTAVAIL, ENETUNREACH, ENETDOWN, EHOSTUNREACH, EPROTONOSUPPORT};
  if (absl::c_linear_search(kMachines, error)) {
    return absl::UnavailableError(text);
  }
  return absl::InternalError(text);
}

// Before connecting: TCP would otherwise let the room grow to megabytes.
absl::StatusOr<ScopedFd> RunnersSocket(int family) {
  ScopedFd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return SystemError("socket", errno);
  SetOption(fd.get(), SOL_SOCKET, SO_SNDBUF, kSocketOctets);
  if (family == AF_INET) {
    SetOption(fd.get(), SOL_SOCKET, SO_RCVBUF, kSocketOctets);
    // A chunk is a segment, and none waits for the acknowledgement of another.
    SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  }
  return fd;
}

void KeepRoom(int fd) { SetOption(fd, SOL_SOCKET, SO_SNDBUF, kSocketOctets); }

absl::StatusOr<ScopedFd> Lift(ScopedFd fd) {
  const int lifted = fcntl(fd.get(), F_DUPFD_CLOEXEC, kLowestFd);
  if (lifted < 0) return SystemError("fcntl(F_DUPFD_CLOEXEC)", errno);
  return ScopedFd(lifted);
}

absl::StatusOr<WireEnds> Pipe(bool to_testee) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return SystemError("pipe2", errno);
  ScopedFd reading(fds[0]);
  ScopedFd writing(fds[1]);
  return to_testee ? MakeEnds(std::move(writing), std::move(reading))
                   : MakeEnds(std::move(reading), std::move(writing));
}

absl::StatusOr<WireEnds> ConnectedSockets(Transport transport) {
  switch (transport) {
    case UNIX:
      return UnixSockets();
    case TCP:
      return TcpSockets();
    default:
      return SocketPair();
  }
}

int OctetsUnread(int fd, Transport transport) {
  int count = 0;
  const auto request = transport == PIPES ? FIONREAD : SIOCOUTQ;
  if (ioctl(fd, request, &count) != 0) return 0;
  // TCP counts what is not acknowledged, which may be late.
  return transport == TCP ? TcpOctetsUnread(fd) : count;
}

}  // namespace forkrpc::conformance
