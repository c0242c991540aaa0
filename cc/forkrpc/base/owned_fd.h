// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// OwnedFd: a file descriptor that is closed exactly once.
//
// Move-only. It belongs to one thread at a time, allocates nothing, and cannot
// fail: an error of close() is of no use to anyone who holds no data in it.
//
//   forkrpc::OwnedFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
//   if (!file.valid()) return absl::ErrnoToStatus(errno, "open /dev/null");
//   char octet;
//   const ssize_t n = read(file.get(), &octet, 1);  // closed behind the scope

#ifndef FORKRPC_BASE_OWNED_FD_H_
#define FORKRPC_BASE_OWNED_FD_H_

namespace forkrpc {

// Invariants: (1) get() is -1 or a descriptor that this object alone closes;
// (2) a moved-from object holds -1.
class OwnedFd {
 public:
  OwnedFd() = default;
  // Takes `fd`, which may be -1 (none).
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd() { Reset(); }

  OwnedFd(OwnedFd&& other) noexcept : fd_(other.Release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Hands the descriptor over; the caller closes it.
  int Release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

  // Closes the descriptor held, then holds `fd`. Leaves errno as it was.
  void Reset(int fd = -1);

 private:
  int fd_ = -1;
};

}  // namespace forkrpc

#endif  // FORKRPC_BASE_OWNED_FD_H_
