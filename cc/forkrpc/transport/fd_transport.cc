// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/fd_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/base/poll.h"
#include "forkrpc/transport/sigpipe_guard.h"
#include "forkrpc/transport/sys_calls.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {
namespace {

constexpr IoResult kWouldBlockResult = {IoResult::kWouldBlock, 0};
constexpr IoResult kEofResult = {IoResult::kEof, 0};

bool IsAgain(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// True once `fd` has `events` (or an error) to report, false after `deadline`.
absl::StatusOr<bool> WaitFor(int fd, int events, MonotonicTime deadline) {
  pollfd waited = {fd, 0, 0};
  waited.events = static_cast<decltype(waited.events)>(events);
  absl::StatusOr<int> ready = PollUntil(absl::MakeSpan(&waited, 1), deadline);
  if (!ready.ok()) return ready.status();
  return *ready > 0;
}

// What Transport promises: Unavailable or Internal, nothing else.
absl::Status IoError(int error, absl::string_view what, int fd) {
  const absl::Status status =
      ErrnoStatus(error, absl::StrCat(what, " (descriptor ", fd, ")"));
  if (absl::IsUnavailable(status)) return status;
  return absl::InternalError(status.message());
}

// Points `vectors` at the non-empty buffers, in order, `most_octets` in all.
// Returns how many were used.
size_t FillVectors(absl::Span<const absl::string_view> buffers,
                   size_t most_octets, absl::Span<iovec> vectors) {
  size_t used = 0;
  for (const absl::string_view buffer : buffers) {
    if (used == vectors.size() || most_octets == 0) break;
    const size_t size = std::min(buffer.size(), most_octets);
    if (size == 0) continue;
    vectors[used].iov_base = const_cast<char*>(buffer.data());
    vectors[used].iov_len = size;
    most_octets -= size;
    ++used;
  }
  return used;
}

size_t OctetsIn(const iovec* vectors, size_t count) {
  size_t octets = 0;
  for (size_t i = 0; i < count; ++i) octets += vectors[i].iov_len;
  return octets;
}

}  // namespace

FdTransport::FdTransport(End read_end, End write_end, const SysCalls* sys)
    : read_(std::move(read_end)),
      write_(std::move(write_end)),
      one_socket_(!write_.fd.valid()),
      sys_(sys) {}

absl::StatusOr<FdTransport::End> FdTransport::MakeEnd(OwnedFd fd, int name,
                                                      int direction,
                                                      PipeMode mode) {
  if (name < 0) name = fd.get();
  const int flags = fcntl(fd.get(), F_GETFL);
  if (flags < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("descriptor ", name, " is not open"));
  }
  const int access = flags & O_ACCMODE;
  if (access != O_RDWR && access != direction) {
    return absl::FailedPreconditionError(
        absl::StrCat("descriptor ", name, " is not open for ",
                     direction == O_RDONLY ? "reading" : "writing"));
  }
  struct stat file;
  if (fstat(fd.get(), &file) == 0 && S_ISDIR(file.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "descriptor ", name, " is a folder, which does not carry a stream"));
  }
  End end;
  end.name = name;
  int type = 0;
  socklen_t size = sizeof(type);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0) {
    if (type != SOCK_STREAM) {
      return absl::FailedPreconditionError(absl::StrCat(
          "descriptor ", name, " is a socket of type ", type,
          ", which does not carry a stream; a SOCK_STREAM one is needed"));
    }
    end.socket = true;
    // Over TCP a small frame behind another one would wait for the peer's
    // acknowledgement, some 40 ms. Other kinds of sockets refuse this.
    const int at_once = 1;
    end.tcp = setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &at_once,
                         sizeof(at_once)) == 0;
  } else if (mode == PipeMode::kOurs) {
    if (fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
      return ErrnoStatus(errno, "cannot set O_NONBLOCK");
    }
    end.nonblocking = true;
  }
  end.fd = std::move(fd);
  return end;
}

absl::StatusOr<std::unique_ptr<FdTransport>> FdTransport::FromSocket(
    OwnedFd socket, const SysCalls* sys, FdNames names) {
  absl::StatusOr<End> end =
      MakeEnd(std::move(socket), names.read, O_RDWR, PipeMode::kInherited);
  if (!end.ok()) return end.status();
  if (!end->socket) {
    return absl::FailedPreconditionError(
        absl::StrCat("descriptor ", end->name, " is not a socket"));
  }
  End write;
  write.name = names.write < 0 ? end->name : names.write;
  return absl::WrapUnique(
      new FdTransport(*std::move(end), std::move(write), sys));
}

absl::StatusOr<std::unique_ptr<FdTransport>> FdTransport::FromPair(
    OwnedFd read_end, OwnedFd write_end, PipeMode mode, const SysCalls* sys,
    FdNames names) {
  absl::StatusOr<End> read =
      MakeEnd(std::move(read_end), names.read, O_RDONLY, mode);
  if (!read.ok()) return read.status();
  absl::StatusOr<End> write =
      MakeEnd(std::move(write_end), names.write, O_WRONLY, mode);
  if (!write.ok()) return write.status();
  return absl::WrapUnique(
      new FdTransport(*std::move(read), *std::move(write), sys));
}

ssize_t FdTransport::ReadOnce(absl::Span<char> buffer, IoMode mode) {
  const int fd = read_.fd.get();
  if (!read_.socket) return sys_->read(fd, buffer.data(), buffer.size());
  return sys_->recv(fd, buffer.data(), buffer.size(),
                    mode == IoMode::kNonBlock ? MSG_DONTWAIT : 0);
}

absl::StatusOr<IoResult> FdTransport::Read(absl::Span<char> buffer,
                                           IoMode mode) {
  if (buffer.empty()) {
    return absl::FailedPreconditionError("Read needs a buffer with room");
  }
  const int fd = read_.fd.get();
  const bool block = mode == IoMode::kBlock;
  const bool timed = block && read_timeout_ != absl::InfiniteDuration();
  const MonotonicTime deadline =
      timed ? MonotonicNow() + read_timeout_ : MonotonicTime::InfiniteFuture();
  const bool ask_first = !block && !read_.socket && !read_.nonblocking;
  for (;;) {
    if (ask_first) {
      absl::StatusOr<bool> ready =
          WaitFor(fd, POLLIN, MonotonicTime::InfinitePast());
      if (!ready.ok()) return ready.status();
      if (!*ready) return kWouldBlockResult;
    }
    const ssize_t got = ReadOnce(buffer, mode);
    if (got > 0) return IoResult{IoResult::kOctets, static_cast<size_t>(got)};
    if (got == 0) return kEofResult;
    const int error = errno;
    //= spec/wire.md#FR-PRC-002
    if (error == EINTR && !timed) continue;
    if (error != EINTR && !IsAgain(error)) {
      return IoError(error, "cannot read from the peer", read_.name);
    }
    if (!block) return kWouldBlockResult;
    // A timed recv() has run out or was interrupted (to repeat it would start
    // its time anew), or somebody has set O_NONBLOCK: wait for what is left.
    absl::StatusOr<bool> ready = WaitFor(fd, POLLIN, deadline);
    if (!ready.ok()) return ready.status();
    if (!*ready) return kWouldBlockResult;
  }
}

ssize_t FdTransport::WriteOnce(const iovec* vectors, size_t count,
                               IoMode mode) {
  if (one_socket_ || write_.socket) {
    msghdr message = {};
    message.msg_iov = const_cast<iovec*>(vectors);
    message.msg_iovlen = count;
    return sys_->sendmsg(
        write_fd(), &message,
        MSG_NOSIGNAL | (mode == IoMode::kNonBlock ? MSG_DONTWAIT : 0));
  }
  SigpipeGuard guard;
  const ssize_t taken =
      sys_->writev(write_.fd.get(), vectors, static_cast<int>(count));
  if (taken < static_cast<ssize_t>(OctetsIn(vectors, count))) {
    guard.DiscardRaised();
  }
  return taken;
}

absl::StatusOr<IoResult> FdTransport::Write(
    absl::Span<const absl::string_view> buffers, IoMode mode) {
  if (half_closed_) {
    return absl::FailedPreconditionError("Write after ShutdownWrite");
  }
  const int fd = write_fd();
  const bool block = mode == IoMode::kBlock;
  const bool ask_first =
      !block && !one_socket_ && !write_.socket && !write_.nonblocking;
  iovec vectors[kMaxBuffersPerWrite];
  const size_t count = FillVectors(buffers, ask_first ? PIPE_BUF : SSIZE_MAX,
                                   absl::MakeSpan(vectors));
  if (count == 0) {
    return absl::FailedPreconditionError("Write needs octets to write");
  }
  for (;;) {
    if (ask_first) {
      absl::StatusOr<bool> ready =
          WaitFor(fd, POLLOUT, MonotonicTime::InfinitePast());
      if (!ready.ok()) return ready.status();
      if (!*ready) return kWouldBlockResult;
    }
    const ssize_t taken = WriteOnce(vectors, count, mode);
    if (taken > 0) {
      return IoResult{IoResult::kOctets, static_cast<size_t>(taken)};
    }
    const int error = taken == 0 ? EAGAIN : errno;
    //= spec/wire.md#FR-PRC-002
    if (error == EINTR) continue;
    if (!IsAgain(error))
      return IoError(error, "cannot write to the peer", write_.name);
    if (!block) return kWouldBlockResult;
    absl::StatusOr<bool> ready =
        WaitFor(fd, POLLOUT, MonotonicTime::InfiniteFuture());
    if (!ready.ok()) return ready.status();
  }
}

absl::Status FdTransport::ShutdownWrite() {
  if (half_closed_) return absl::OkStatus();
  const int fd = write_fd();
  half_closed_ = true;
  if (one_socket_ || write_.socket) {
    // Shutting down ends the stream even where others hold the descriptor.
    if (shutdown(fd, SHUT_WR) != 0) {
      return IoError(errno, "cannot half-close the connection", write_.name);
    }
  } else {
    write_.fd.Reset();
  }
  return absl::OkStatus();
}

int FdTransport::write_fd() const {
  if (half_closed_) return -1;
  return one_socket_ ? read_.fd.get() : write_.fd.get();
}

absl::Status FdTransport::SetReadTimeout(absl::Duration timeout) {
  if (!read_.socket) {
    return absl::FailedPreconditionError(
        "a read timeout needs a socket; poll read_fd() instead");
  }
  if (timeout <= absl::ZeroDuration()) {
    return absl::FailedPreconditionError(
        absl::StrCat("a read timeout must be positive, not ",
                     absl::FormatDuration(timeout)));
  }
  if (timeout == read_timeout_) return absl::OkStatus();
  timeval value = {0, 0};  // for the kernel: no timeout
  if (timeout != absl::InfiniteDuration()) {
    value = absl::ToTimeval(absl::Ceil(timeout, absl::Microseconds(1)));
  }
  if (setsockopt(read_.fd.get(), SOL_SOCKET, SO_RCVTIMEO, &value,
                 sizeof(value)) != 0) {
    return ErrnoStatus(errno, "cannot set the read timeout");
  }
  read_timeout_ = timeout;
  return absl::OkStatus();
}

}  // namespace forkrpc
