// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ScopedFd: owns a file descriptor and closes it.
//
// Movable; one thread at a time; allocates nothing; close errors are ignored,
// as nothing the runner closes holds data that must survive.
//
//   ScopedFd fd(open(path, O_RDONLY | O_CLOEXEC));
//   if (!fd.valid()) return SystemError("open", errno);

#ifndef CONFORMANCE_RUNNER_BASE_SCOPED_FD_H_
#define CONFORMANCE_RUNNER_BASE_SCOPED_FD_H_

#include <unistd.h>

#include <utility>

namespace forkrpc::conformance {

// Invariant: fd_ is -1 or open and owned by this object alone.
class ScopedFd {
 public:
  ScopedFd() = default;
  explicit ScopedFd(int fd) : fd_(fd) {}
  ScopedFd(ScopedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ScopedFd& operator=(ScopedFd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~ScopedFd() { Close(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_SCOPED_FD_H_
