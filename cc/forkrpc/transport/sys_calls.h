// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SysCalls: the system calls that move octets, as a table.
//
// FdTransport makes its reads and writes through one of these, so that a test
// can have the kernel answer EINTR, EAGAIN, a short count or EPIPE at the very
// place where it matters. Constant data; any thread; no allocation.
//
//   forkrpc::SysCalls faulty = forkrpc::kRealSysCalls;
//   faulty.recv = [](int, void*, size_t, int) -> ssize_t {
//     errno = ECONNRESET;
//     return -1;
//   };

#ifndef FORKRPC_TRANSPORT_SYS_CALLS_H_
#define FORKRPC_TRANSPORT_SYS_CALLS_H_

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>

namespace forkrpc {

struct SysCalls {
  ssize_t (*recv)(int fd, void* buffer, size_t size, int flags);
  ssize_t (*sendmsg)(int fd, const msghdr* message, int flags);
  ssize_t (*read)(int fd, void* buffer, size_t size);
  ssize_t (*writev)(int fd, const iovec* vectors, int count);
};

inline constexpr SysCalls kRealSysCalls = {
    // Through lambdas: a libc may declare these with attributes of its own.
    [](int fd, void* buffer, size_t size, int flags) {
      return ::recv(fd, buffer, size, flags);
    },
    [](int fd, const msghdr* message, int flags) {
      return ::sendmsg(fd, message, flags);
    },
    [](int fd, void* buffer, size_t size) { return ::read(fd, buffer, size); },
    [](int fd, const iovec* vectors, int count) {
      return ::writev(fd, vectors, count);
    },
};

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_SYS_CALLS_H_
