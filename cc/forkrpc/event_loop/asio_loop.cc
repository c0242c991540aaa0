// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/asio_loop.h"

#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <utility>

#include "forkrpc/event_loop/asio_native.h"

namespace forkrpc {

template <>
struct AsioParts<StandaloneAsio> {
  using IoContext = asio::io_context;
  using Descriptor = asio::posix::stream_descriptor;
  using Timer = asio::steady_timer;
  using ErrorCode = asio::error_code;
  static constexpr auto kAborted = asio::error::operation_aborted;

  template <typename Handler>
  static void Post(IoContext* io, Handler handler) {
    asio::post(*io, std::move(handler));
  }
  static auto KeepRunning(IoContext* io) { return asio::make_work_guard(*io); }
};

template class BasicAsioLoop<StandaloneAsio>;

}  // namespace forkrpc
