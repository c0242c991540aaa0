// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/virtual_child.h"

#include <fcntl.h>
#include <sys/eventfd.h>

namespace forkrpc {
namespace {

// Far above those of the system and of a test.
constexpr int kFirstCopy = 700;

}  // namespace

int VirtualChild::fd(int number) const {
  const auto found = descriptors_.find(number);
  return found == descriptors_.end() ? -1 : found->second.get();
}

void VirtualChild::CloseWire() {
  descriptors_.erase(0);
  descriptors_.erase(1);
}

void VirtualChild::StartGrandchild() {
  for (const auto& [number, fd] : descriptors_) {
    grandchild_.emplace_back(fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstCopy));
  }
}

void VirtualChild::End(int wait_status) {
  if (!running()) return;
  state_ = State::kZombie;
  wait_status_ = wait_status;
  descriptors_.clear();
  for (const auto& [number, copy] : pidfds_) eventfd_write(copy.get(), 1);
}

void VirtualChild::Step() {
  if (running() && on_step_ != nullptr) on_step_();
}

void VirtualChild::Signal(int signal) {
  if (!running() || signal == 0) return;
  if (on_signal_ != nullptr) {
    on_signal_(signal);
  } else {
    DieOf(signal);
  }
}

int VirtualChild::OpenPidfd() {
  const int fd = eventfd(running() ? 0 : 1, EFD_CLOEXEC);
  if (fd >= 0) {
    pidfds_[fd] = OwnedFd(fcntl(fd, F_DUPFD_CLOEXEC, kFirstCopy));
  }
  return fd;
}

bool VirtualChild::IsPidfd(int fd) const { return pidfds_.count(fd) > 0; }

}  // namespace forkrpc
