// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/parent_watch.h"

#include <poll.h>

#include <utility>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"

namespace forkrpc {
namespace {

constexpr absl::Duration kLookEvery = absl::Milliseconds(250);

// Whether nobody can read what would be written to `fd`. A parent that has only
// half-closed can.
bool PeerIsGone(int fd) {
  pollfd look = {fd, 0, 0};
  return fd >= 0 && poll(&look, 1, 0) == 1 &&
         (look.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

ParentWatch::ParentWatch(const Transport* transport, EventLoop* loop,
                         absl::AnyInvocable<void(bool gone)> on_look)
    : transport_(transport),
      on_look_(std::move(on_look)),
      timer_(loop->MakeTimer([this] { Look(); })) {}

void ParentWatch::LookSoon() {
  if (due_) return;
  due_ = true;
  timer_->Set(MonotonicNow() + kLookEvery);
}

void ParentWatch::Look() {
  due_ = false;
  on_look_(PeerIsGone(transport_->write_fd()));
}

}  // namespace forkrpc
