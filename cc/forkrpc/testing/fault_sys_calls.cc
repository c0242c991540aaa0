// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/fault_sys_calls.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <vector>

#include "absl/time/clock.h"

namespace forkrpc {
namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();

std::atomic<FaultSysCalls*> g_attached[FaultSysCalls::kMaxFd];

FaultSysCalls* AttachedTo(int fd) {
  return fd >= 0 && fd < FaultSysCalls::kMaxFd ? g_attached[fd].load()
                                               : nullptr;
}

// The first `most` octets of `vectors`.
std::vector<iovec> Front(const iovec* vectors, size_t count, size_t most) {
  std::vector<iovec> front;
  for (size_t i = 0; i < count && most > 0; ++i) {
    front.push_back(vectors[i]);
    front.back().iov_len = std::min(front.back().iov_len, most);
    most -= front.back().iov_len;
  }
  return front;
}

}  // namespace

struct FaultSysCalls::Table {
  static bool Answers(int fd, FaultOp op, ssize_t* answer, size_t* most) {
    FaultSysCalls* const faults = AttachedTo(fd);
    return faults != nullptr && faults->Answers(op, answer, most);
  }
  static ssize_t Recv(int fd, void* buffer, size_t size, int flags) {
    ssize_t answer;
    size_t most = kAll;
    if (Answers(fd, FaultOp::kRead, &answer, &most)) return answer;
    return recv(fd, buffer, std::min(size, most), flags);
  }
  static ssize_t Read(int fd, void* buffer, size_t size) {
    ssize_t answer;
    size_t most = kAll;
    if (Answers(fd, FaultOp::kRead, &answer, &most)) return answer;
    return read(fd, buffer, std::min(size, most));
  }
  static ssize_t Sendmsg(int fd, const msghdr* message, int flags) {
    ssize_t answer;
    size_t most = kAll;
    if (Answers(fd, FaultOp::kWrite, &answer, &most)) return answer;
    std::vector<iovec> front =
        Front(message->msg_iov, message->msg_iovlen, most);
    msghdr shortened = *message;
    shortened.msg_iov = front.data();
    shortened.msg_iovlen = front.size();
    return sendmsg(fd, &shortened, flags);
  }
  static ssize_t Writev(int fd, const iovec* vectors, int count) {
    ssize_t answer;
    size_t most = kAll;
    if (Answers(fd, FaultOp::kWrite, &answer, &most)) return answer;
    const std::vector<iovec> front =
        Front(vectors, static_cast<size_t>(count), most);
    return writev(fd, front.data(), static_cast<int>(front.size()));
  }
};

FaultSysCalls::FaultSysCalls(int fd, StreamEnd end, const FaultPlan& plan)
    : fd_(fd) {
  for (const Fault& fault : plan) {
    if (fault.end == end) faults_.push_back(fault);
  }
  g_attached[fd_] = this;
}

FaultSysCalls::~FaultSysCalls() { g_attached[fd_] = nullptr; }

const SysCalls* FaultSysCalls::table() {
  static constexpr SysCalls kTable = {Table::Recv, Table::Sendmsg, Table::Read,
                                      Table::Writev};
  return &kTable;
}

bool FaultSysCalls::Answers(FaultOp op, ssize_t* answer, size_t* most) {
  const int call = calls_[static_cast<int>(op)]++;
  for (const Fault& fault : faults_) {
    if (fault.op != op || call < fault.index ||
        call >= fault.index + fault.times()) {
      continue;
    }
    *answer = -1;
    switch (fault.action) {
      case FaultAction::kShort:
        *most = static_cast<size_t>(fault.amount);
        return false;
      case FaultAction::kWouldBlock:
        errno = EAGAIN;
        return true;
      case FaultAction::kInterrupt:
        errno = EINTR;
        return true;
      case FaultAction::kError:
        errno = fault.amount;
        return true;
      case FaultAction::kEof:
        *answer = 0;
        return true;
      case FaultAction::kDelay:
        absl::SleepFor(absl::Milliseconds(fault.amount));
        return false;
    }
  }
  return false;
}

}  // namespace forkrpc
