// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// spec/machines.textproto as it was when this was built. Constant; any thread.

#ifndef CONFORMANCE_ORACLE_MACHINES_TEXT_H_
#define CONFORMANCE_ORACLE_MACHINES_TEXT_H_

#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

absl::string_view MachinesText();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_ORACLE_MACHINES_TEXT_H_
