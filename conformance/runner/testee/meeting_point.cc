// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/meeting_point.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/runner/testee/wire_ends.h"

namespace forkrpc::conformance {
namespace {

template <typename Address>
sockaddr* Generic(Address* address) {
  return reinterpret_cast<sockaddr*>(address);
}

absl::StatusOr<ScopedFd> OpenPipe(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return SystemError("open", errno);
  return Lift(ScopedFd(fd));
}

}  // namespace

absl::StatusOr<MeetingPoint> MeetingPoint::Open(Transport transport,
                                                const std::string& folder) {
  MeetingPoint point(transport);
  const absl::Status status = transport == PIPES ? point.MakePipes(folder)
                              : transport == TCP
                                  ? point.ListenAtPort()
                                  : point.ListenAtPath(folder + "/session");
  if (!status.ok()) return status;
  return point;
}

MeetingPoint::~MeetingPoint() {
  for (const std::string& path : paths_) unlink(path.c_str());
}

absl::Status MeetingPoint::ListenAtPath(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return absl::UnavailableError(
        absl::StrCat(path, " is too long for the path of a socket"));
  }
  memcpy(address.sun_path, path.data(), path.size());
  absl::StatusOr<ScopedFd> listening = RunnersSocket(AF_UNIX);
  if (!listening.ok()) return listening.status();
  if (bind(listening->get(), Generic(&address), sizeof address) != 0) {
    return SystemError("bind", errno);
  }
  paths_.push_back(path);
  address_ = absl::StrCat("unix ", path);
  return Listen(*std::move(listening));
}

absl::Status MeetingPoint::ListenAtPort() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  absl::StatusOr<ScopedFd> listening = RunnersSocket(AF_INET);
  if (!listening.ok()) return listening.status();
  if (bind(listening->get(), Generic(&address), size) != 0 ||
      getsockname(listening->get(), Generic(&address), &size) != 0) {
    return SystemError("no TCP over the loopback device: bind", errno);
  }
  address_ = absl::StrCat("tcp 127.0.0.1 ", ntohs(address.sin_port));
  return Listen(*std::move(listening));
}

absl::Status MeetingPoint::MakePipes(const std::string& folder) {
  for (const char* const name : {"/in", "/out"}) {
    const std::string path = folder + name;
    if (mkfifo(path.c_str(), 0600) != 0) return SystemError("mkfifo", errno);
    paths_.push_back(path);
  }
  absl::StatusOr<ScopedFd> in = OpenPipe(paths_[0], O_RDWR);
  if (!in.ok()) return in.status();
  absl::StatusOr<ScopedFd> out = OpenPipe(paths_[1], O_RDWR);
  if (!out.ok()) return out.status();
  to_testee_ = *std::move(in);
  from_testee_ = *std::move(out);
  // Nothing else tells when a named pipe was opened.
  absl::StatusOr<ScopedFd> watching =
      Lift(ScopedFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)));
  if (!watching.ok()) return watching.status();
  for (const std::string& path : paths_) {
    watches_.push_back(
        inotify_add_watch(watching->get(), path.c_str(), IN_OPEN));
    if (watches_.back() < 0) return SystemError("inotify_add_watch", errno);
  }
  fd_ = *std::move(watching);
  address_ = absl::StrCat("pipes ", paths_[0], " ", paths_[1]);
  return absl::OkStatus();
}

absl::StatusOr<bool> MeetingPoint::Take() {
  return transport_ == PIPES ? TakePipes() : Accept();
}

// Who connected may have gone again before he is accepted.
absl::Status MeetingPoint::Listen(ScopedFd listening) {
  if (fcntl(listening.get(), F_SETFL, O_NONBLOCK) != 0 ||
      listen(listening.get(), 1) != 0) {
    return SystemError("listen", errno);
  }
  fd_ = std::move(listening);
  return absl::OkStatus();
}

absl::StatusOr<bool> MeetingPoint::Accept() {
  ScopedFd accepted(
      accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!accepted.valid()) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
      return false;
    }
    return SystemError("accept", errno);
  }
  absl::StatusOr<ScopedFd> lifted = Lift(std::move(accepted));
  if (!lifted.ok()) return lifted.status();
  // An accepted socket does not inherit the listener's room.
  KeepRoom(lifted->get());
  wire_out_ = ScopedFd(fcntl(lifted->get(), F_DUPFD_CLOEXEC, kLowestFd));
  if (!wire_out_.valid()) return SystemError("fcntl", errno);
  wire_in_ = *std::move(lifted);
  return true;
}

absl::StatusOr<bool> MeetingPoint::TakePipes() {
  alignas(inotify_event) char events[4096];
  const ssize_t count = read(fd_.get(), events, sizeof events);
  for (ssize_t at = 0; at < count;) {
    const auto* const event = reinterpret_cast<inotify_event*>(events + at);
    at += static_cast<ssize_t>(sizeof *event + event->len);
    if ((event->mask & IN_OPEN) != 0) opened_.insert(event->wd);
  }
  if (opened_.size() < watches_.size()) return false;
  absl::StatusOr<ScopedFd> out = OpenPipe(paths_[0], O_WRONLY);
  if (!out.ok()) return out.status();
  absl::StatusOr<ScopedFd> in = OpenPipe(paths_[1], O_RDONLY);
  if (!in.ok()) return in.status();
  wire_out_ = *std::move(out);
  wire_in_ = *std::move(in);
  to_testee_.Close();
  from_testee_.Close();
  return true;
}

}  // namespace forkrpc::conformance
