// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any peer on a socket that descriptors come over: each message is received
// whole or refused with the right code, in order, and no descriptor is left
// open, whatever is refused.
//
// Each step is one octet, whose low three bits say what to do and the high ones
// how; some take one more.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/testing/fuzz_input.h"
#include "forkrpc/transport/fd_passing.h"
#include "forkrpc/transport/stream_pair.h"

namespace {

using forkrpc::FuzzInput;
using forkrpc::kMaxPassedFds;
using forkrpc::MonotonicTime;
using forkrpc::OwnedFd;
using forkrpc::Require;

// No step comes to a higher number but a leak.
constexpr int kHighest = 64;

// What the kernel holds for a user is limited too.
constexpr size_t kMostUnread = 200;

int OpenDescriptors() {
  int open = 0;
  for (int fd = 3; fd < kHighest; ++fd) open += fcntl(fd, F_GETFD) >= 0;
  return open;
}

// A pipe whose ends are what is sent, so that a descriptor tells its place.
const forkrpc::PipePair& Sent() {
  static const auto* const pipe = new forkrpc::PipePair(*forkrpc::MakePipe());
  return *pipe;
}

int SentAt(size_t place) {
  return place % 3 == 0 ? Sent().read_end.get() : Sent().write_end.get();
}

bool IsSentAt(int fd, size_t place) {
  struct stat got, sent;
  return fstat(fd, &got) == 0 && fstat(SentAt(place), &sent) == 0 &&
         got.st_ino == sent.st_ino &&
         fcntl(fd, F_GETFL) == fcntl(SentAt(place), F_GETFL) &&
         fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

// While this lives, at most `room` more descriptors can be opened.
class FullTable {
 public:
  explicit FullTable(size_t room) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlim_t end = 3;
    while (room > 0 || fcntl(static_cast<int>(end), F_GETFD) >= 0) {
      if (fcntl(static_cast<int>(end), F_GETFD) < 0) --room;
      ++end;
    }
    const rlimit full = {end, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &full);
  }
  ~FullTable() { setrlimit(RLIMIT_NOFILE, &before_); }
  FullTable(const FullTable&) = delete;
  FullTable& operator=(const FullTable&) = delete;

 private:
  rlimit before_;
};

// Invariant: unread_ has for each octet that is on its way how many descriptors
// come with it.
class Session {
 public:
  void Step(uint8_t step, FuzzInput* input) {
    const size_t how = step >> 3;
    switch (step % 8) {
      case 0:
        SendRaw(how, 1);
        break;
      case 1:
        SendRaw(how, 1 + input->TakeOctet() % 8);
        break;
      case 2:
        SendRaw(how * 8, 1);
        break;
      case 3:
        Send(how);
        break;
      case 4:
        Receive(how);
        break;
      case 5:
        ReceiveWithRoomFor(how);
        break;
      case 6:
        if (how == 31) theirs_.Reset();
        break;
      default:
        Receive(kMaxPassedFds);
    }
  }

  void End() {
    theirs_.Reset();
    while (!unread_.empty()) Receive(kMaxPassedFds);
    Receive(kMaxPassedFds);
  }

 private:
  // Octets from a peer that has its own idea of how many descriptors may come
  // with the first of them.
  void SendRaw(size_t fds, size_t octets) {
    if (!theirs_.valid() || held_ + fds > kMostUnread) return;
    char data[8] = {};
    iovec vector = {data, octets};
    std::vector<char> control(CMSG_SPACE(sizeof(int) * fds));
    msghdr message = {};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    if (fds > 0) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int) * fds);
      for (size_t i = 0; i < fds; ++i) {
        const int fd = SentAt(i);
        std::memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof(fd));
      }
    }
    const ssize_t sent =
        sendmsg(theirs_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) Sending(fds, static_cast<size_t>(sent));
  }

  void Send(size_t fds) {
    if (!theirs_.valid() || held_ + fds > kMostUnread) return;
    std::vector<int> numbers;
    for (size_t i = 0; i < fds; ++i) numbers.push_back(SentAt(i));
    const absl::Status status =
        forkrpc::SendFds(theirs_.get(), numbers, MonotonicTime::InfinitePast());
    if (fds == 0) {
      Require(absl::IsFailedPrecondition(status), "nothing is sent");
    } else if (fds > kMaxPassedFds) {
      Require(absl::IsResourceExhausted(status), "too many are sent");
    } else if (status.ok()) {
      Sending(fds, 1);
    } else {
      Require(absl::IsDeadlineExceeded(status), "SendFds()");
    }
  }

  void Sending(size_t fds, size_t octets) {
    held_ += fds;
    unread_.push_back(fds);
    unread_.insert(unread_.end(), octets - 1, 0);
  }

  void ReceiveWithRoomFor(size_t room) {
    const FullTable full(room);
    Check(forkrpc::ReceiveFds(ours_.get(), kMaxPassedFds, Deadline()),
          std::min(room, kMaxPassedFds));
  }

  void Receive(size_t most) {
    Check(forkrpc::ReceiveFds(ours_.get(), most, Deadline()),
          std::min(most, kMaxPassedFds));
  }

  // Nothing is waited for but the end behind a close: whoever lists this
  // process's descriptors in that moment holds the closed one open for it.
  MonotonicTime Deadline() const {
    return theirs_.valid() ? MonotonicTime::InfinitePast()
                           : forkrpc::MonotonicNow() + absl::Seconds(5);
  }

  // `got` is the next message, of which `most` descriptors can be taken.
  void Check(const absl::StatusOr<std::vector<OwnedFd>>& got, size_t most) {
    if (unread_.empty()) {
      Require(theirs_.valid() ? absl::IsDeadlineExceeded(got.status())
                              : absl::IsUnavailable(got.status()),
              "something out of nothing");
      return;
    }
    const size_t expected = unread_.front();
    unread_.pop_front();
    held_ -= expected;
    if (expected == 0) {
      Require(absl::IsDataLoss(got.status()), "a message without descriptors");
    } else if (expected > most) {
      Require(absl::IsResourceExhausted(got.status()), "too many");
    } else {
      Require(got.ok() && got->size() == expected, "not the whole message");
      for (size_t i = 0; i < expected; ++i) {
        Require(IsSentAt((*got)[i].get(), i), "another descriptor");
      }
    }
  }

  forkrpc::SocketPair sockets_ = *forkrpc::MakeSocketPair();
  OwnedFd ours_ = std::move(sockets_.ours);
  OwnedFd theirs_ = std::move(sockets_.theirs);
  std::deque<size_t> unread_;
  size_t held_ = 0;  // sum of unread_
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Sent();
  const int before = OpenDescriptors();
  {
    FuzzInput input(data, size);
    Session session;
    while (!input.empty()) {
      const uint8_t step = input.TakeOctet();
      session.Step(step, &input);
    }
    session.End();
  }
  Require(OpenDescriptors() == before, "a descriptor is left open");
  return 0;
}
