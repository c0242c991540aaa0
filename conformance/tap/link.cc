// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/link.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// The same pipe by a description of its own, whose flags are nobody else's.
// Where that cannot be had, the one at hand is made non-blocking.
ScopedFd OpenedAnew(ScopedFd fd, int flags) {
  struct stat what = {};
  if (fstat(fd.get(), &what) != 0 || !S_ISFIFO(what.st_mode)) return fd;
  ScopedFd anew(open(absl::StrCat("/proc/self/fd/", fd.get()).c_str(),
                     flags | O_NONBLOCK | O_CLOEXEC));
  if (anew.valid()) return anew;
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  return fd;
}

// A UNIX socket takes what is read at once at once, too, as a write that blocks
// would have it; where it takes less, each piece costs two writes. TCP's room
// is the system's to choose.
void MakeRoom(int fd) {
  constexpr int kRoom = 256 << 10;
  int family = 0;
  int room = 0;
  socklen_t size = sizeof family;
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
  getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, &size);
  // The system doubles what is asked for.
  if (family == AF_UNIX && room < 2 * kRoom) {
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kRoom, sizeof kRoom);
  }
}

Link::Moved Result(ssize_t count) {
  if (count > 0) return {Link::Moved::kOctets, static_cast<size_t>(count)};
  if (count == 0) return {Link::Moved::kEnd};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
    return {Link::Moved::kNotNow};
  }
  return {Link::Moved::kRefused};
}

}  // namespace

bool IsSocket(int fd) {
  struct stat what = {};
  return fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode);
}

bool IsSameSocket(int fd, int other) {
  struct stat one = {};
  struct stat two = {};
  return fstat(fd, &one) == 0 && fstat(other, &two) == 0 &&
         S_ISSOCK(one.st_mode) && one.st_dev == two.st_dev &&
         one.st_ino == two.st_ino;
}

Link::Link(ScopedFd socket)
    : in_(std::move(socket)),
      one_socket_(true),
      in_is_socket_(true),
      out_is_socket_(true) {
  // Nothing waits for the acknowledgement of another; other sockets refuse it.
  const int at_once = 1;
  setsockopt(in_.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  MakeRoom(in_.get());
}

Link::Link(ScopedFd in, ScopedFd out)
    : in_(OpenedAnew(std::move(in), O_RDONLY)),
      out_(OpenedAnew(std::move(out), O_WRONLY)),
      one_socket_(false),
      in_is_socket_(IsSocket(in_.get())),
      out_is_socket_(IsSocket(out_.get())) {}

Link::Moved Link::Read(absl::Span<char> buffer) {
  return Result(in_is_socket_
                    ? recv(in(), buffer.data(), buffer.size(), MSG_DONTWAIT)
                    : read(in(), buffer.data(), buffer.size()));
}

Link::Moved Link::Write(absl::string_view octets) {
  return Result(out_is_socket_ ? send(out(), octets.data(), octets.size(),
                                      MSG_DONTWAIT | MSG_NOSIGNAL)
                               : write(out(), octets.data(), octets.size()));
}

void Link::EndWriting() {
  if (!writing_) return;
  if (out_is_socket_) shutdown(OutFd(), SHUT_WR);
  writing_ = false;
  CloseIfOver();
}

void Link::EndReading() {
  if (!reading_) return;
  // Of TCP the other end learns nothing by this, and a reset only when both
  // ways are over.
  if (in_is_socket_) shutdown(in_.get(), SHUT_RD);
  reading_ = false;
  CloseIfOver();
}

void Link::Abort() {
  const linger at_once = {1, 0};
  if (in_is_socket_ && in_.valid()) {
    setsockopt(in_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  if (out_is_socket_ && out_.valid()) {
    setsockopt(out_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  reading_ = writing_ = false;
  CloseIfOver();
}

void Link::CloseIfOver() {
  if (one_socket_) {
    if (!reading_ && !writing_) in_.Close();
    return;
  }
  if (!reading_) in_.Close();
  if (!writing_) out_.Close();
}

}  // namespace forkrpc::conformance
