// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/boost_asio_loop.h"

#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "forkrpc/event_loop/asio_native.h"

namespace forkrpc {

template <>
struct AsioParts<BoostAsio> {
  using IoContext = boost::asio::io_context;
  using Descriptor = boost::asio::posix::stream_descriptor;
  using Timer = boost::asio::steady_timer;
  using ErrorCode = boost::system::error_code;
  static constexpr auto kAborted = boost::asio::error::operation_aborted;

  template <typename Handler>
  static void Post(IoContext* io, Handler handler) {
    boost::asio::post(*io, std::move(handler));
  }
  static auto KeepRunning(IoContext* io) {
    return boost::asio::make_work_guard(*io);
  }
};

template class BasicAsioLoop<BoostAsio>;

}  // namespace forkrpc
