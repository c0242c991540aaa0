// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DefaultSysCalls: the table that FdTransport uses if it is given none.
//
// kRealSysCalls, always, in whatever is shipped. Which file defines it is
// chosen when a program is linked, so that a whole test suite can be run over
// another one (--config=degraded). Any thread; constant data.
//
//   const forkrpc::SysCalls* sys = forkrpc::DefaultSysCalls();

#ifndef FORKRPC_TRANSPORT_DEFAULT_SYS_CALLS_H_
#define FORKRPC_TRANSPORT_DEFAULT_SYS_CALLS_H_

#include "forkrpc/transport/sys_calls.h"

namespace forkrpc {

const SysCalls* DefaultSysCalls();

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_DEFAULT_SYS_CALLS_H_
