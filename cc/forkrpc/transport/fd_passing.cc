// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/fd_passing.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/poll.h"

namespace forkrpc {
namespace {

// Room for the descriptors of one message, aligned as the kernel wants it.
struct alignas(cmsghdr) ControlBuffer {
  char octets[CMSG_SPACE(sizeof(int) * kMaxPassedFds)] = {};
};

// A message needs an octet to travel with; its value says nothing.
constexpr char kOctet = 0;

absl::Status WaitFor(int socket, decltype(pollfd::events) events,
                     MonotonicTime deadline, absl::string_view what) {
  pollfd wait = {socket, events, 0};
  const absl::StatusOr<int> ready =
      PollUntil(absl::MakeSpan(&wait, 1), deadline);
  if (!ready.ok()) return ready.status();
  if (*ready == 0) {
    return absl::DeadlineExceededError(
        absl::StrCat("cannot ", what, " descriptors in time"));
  }
  return absl::OkStatus();
}

// All descriptors of `message`, so that none can be left open.
std::vector<OwnedFd> TakeFds(msghdr* message) {
  std::vector<OwnedFd> fds;
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof(fd));
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

absl::Status SendFds(int socket, absl::Span<const int> fds,
                     MonotonicTime deadline) {
  if (fds.empty()) {
    return absl::FailedPreconditionError("there are no descriptors to send");
  }
  if (fds.size() > kMaxPassedFds) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot send ", fds.size(),
                     " descriptors as one message: at most ", kMaxPassedFds));
  }
  ControlBuffer buffer;
  char octet = kOctet;
  iovec vector = {&octet, 1};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = buffer.octets;
  message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
  cmsghdr* const control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
  memcpy(CMSG_DATA(control), fds.data(), sizeof(int) * fds.size());
  while (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      absl::Status ready = WaitFor(socket, POLLOUT, deadline, "send");
      if (!ready.ok()) return ready;
    } else if (errno != EINTR) {
      return ErrnoStatus(errno, "cannot send descriptors");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<OwnedFd>> ReceiveFds(int socket, size_t max_fds,
                                                MonotonicTime deadline) {
  max_fds = std::min(max_fds, kMaxPassedFds);
  ControlBuffer buffer;
  char octet;
  iovec vector = {&octet, 1};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  ssize_t got;
  while (true) {
    message.msg_control = buffer.octets;
    message.msg_controllen = sizeof(buffer.octets);
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got >= 0) break;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      absl::Status ready = WaitFor(socket, POLLIN, deadline, "receive");
      if (!ready.ok()) return ready;
    } else if (errno != EINTR) {
      return ErrnoStatus(errno, "cannot receive descriptors");
    }
  }
  std::vector<OwnedFd> fds = TakeFds(&message);
  if ((message.msg_flags & MSG_CTRUNC) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a message has more descriptors than can be taken: got ", fds.size(),
        ", the limit is ", max_fds, " and what this process may have open"));
  }
  if (fds.size() > max_fds) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a message has ", fds.size(), " descriptors, the limit is ", max_fds));
  }
  if (!fds.empty()) return fds;
  if (got == 0) {
    return absl::UnavailableError(
        "the peer has closed the socket that descriptors come over");
  }
  return absl::DataLossError("a message has no descriptors, expected some");
}

}  // namespace forkrpc
