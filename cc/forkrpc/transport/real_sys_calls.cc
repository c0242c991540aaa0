// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/default_sys_calls.h"

namespace forkrpc {

const SysCalls* DefaultSysCalls() { return &kRealSysCalls; }

}  // namespace forkrpc
