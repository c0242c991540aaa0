// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The system calls of every FdTransport, degraded by chance: what a kernel may
// do at any time happens often. For whole test suites, by --config=degraded.
//
// Percentages from the environment, 20 each if not set: FORKRPC_FAULT_SHORT
// (one to four octets are moved), FORKRPC_FAULT_WOULD_BLOCK,
// FORKRPC_FAULT_EINTR; and FORKRPC_FAULT_SEED, 1 if not set. A sequence belongs
// to its thread, so that a run of one thread is repeated by its seed.

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "forkrpc/transport/default_sys_calls.h"
#include "forkrpc/transport/sys_calls.h"

namespace forkrpc {
namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();

// One clear line instead of a run that tests nothing.
uint32_t NumberFrom(const char* name, uint32_t otherwise, uint32_t most) {
  const char* const text = getenv(name);
  if (text == nullptr) return otherwise;
  char* end;
  const auto number = strtoul(text, &end, 10);
  if (*text == '\0' || *end != '\0' || number > most) {
    std::fprintf(stderr, "%s is \"%s\", not a number of 0 to %u\n", name, text,
                 most);
    abort();
  }
  return static_cast<uint32_t>(number);
}

struct Knobs {
  uint32_t moved_short = NumberFrom("FORKRPC_FAULT_SHORT", 20, 100);
  uint32_t would_block = NumberFrom("FORKRPC_FAULT_WOULD_BLOCK", 20, 100);
  uint32_t interrupted = NumberFrom("FORKRPC_FAULT_EINTR", 20, 100);
  uint32_t seed = NumberFrom("FORKRPC_FAULT_SEED", 1, 0xFFFFFFFF);
};

uint32_t Below(uint32_t n) {
  static const Knobs knobs;
  thread_local uint32_t state = knobs.seed;
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % n;
}

// True if the call is answered with -1 and errno; else what it may move.
bool Degrade(size_t* most) {
  static const Knobs knobs;
  const uint32_t chance = Below(100);
  if (chance < knobs.interrupted) {
    errno = EINTR;
    return true;
  }
  if (chance < knobs.interrupted + knobs.would_block) {
    errno = EAGAIN;
    return true;
  }
  if (chance < knobs.interrupted + knobs.would_block + knobs.moved_short) {
    *most = 1 + Below(4);
  }
  return false;
}

// The first buffer, `most` octets of it.
iovec Front(const iovec* vectors, size_t most) {
  return iovec{vectors[0].iov_base, std::min(vectors[0].iov_len, most)};
}

constexpr SysCalls kDegraded = {
    [](int fd, void* buffer, size_t size, int flags) -> ssize_t {
      size_t most = kAll;
      if (Degrade(&most)) return -1;
      return recv(fd, buffer, std::min(size, most), flags);
    },
    [](int fd, const msghdr* message, int flags) -> ssize_t {
      size_t most = kAll;
      if (Degrade(&most)) return -1;
      if (most == kAll) return sendmsg(fd, message, flags);
      const iovec front = Front(message->msg_iov, most);
      return send(fd, front.iov_base, front.iov_len, flags);
    },
    [](int fd, void* buffer, size_t size) -> ssize_t {
      size_t most = kAll;
      if (Degrade(&most)) return -1;
      return read(fd, buffer, std::min(size, most));
    },
    [](int fd, const iovec* vectors, int count) -> ssize_t {
      size_t most = kAll;
      if (Degrade(&most)) return -1;
      if (most == kAll) return writev(fd, vectors, count);
      const iovec front = Front(vectors, most);
      return writev(fd, &front, 1);
    },
};

}  // namespace

const SysCalls* DefaultSysCalls() { return &kDegraded; }

}  // namespace forkrpc
