// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/low_descriptors.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace forkrpc {
namespace {

OwnedFd OpenSomething() {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  // Where there is no /dev: what another thread prints meanwhile is refused.
  return OwnedFd(null >= 0 ? null : eventfd(0, EFD_CLOEXEC));
}

}  // namespace

LowDescriptors::LowDescriptors() {
  for (OwnedFd& taken : taken_) {
    // The kernel gives the lowest number that is free.
    OwnedFd fd = OpenSomething();
    if (fd.get() < 0 || fd.get() > STDERR_FILENO) return;
    taken = std::move(fd);
  }
}

}  // namespace forkrpc
