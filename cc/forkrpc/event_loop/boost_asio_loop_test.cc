// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/boost_asio_loop.h"

#include "forkrpc/event_loop/basic_asio_loop_contract.h"

namespace forkrpc {
namespace {

INSTANTIATE_ASIO_LOOP_CONTRACT(BoostAsioLoop);

}  // namespace
}  // namespace forkrpc
