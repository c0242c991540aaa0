// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What to tell the user about a call that failed, and which exit code.
//
//   CallFailure failure = DescribeFailure("call failed", status, options,
//                                         session.get());

#ifndef TOOLS_FORKRPC_CALL_FAILURE_H_
#define TOOLS_FORKRPC_CALL_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/call_options.h"
#include "tools/forkrpc/call_session.h"

namespace forkrpc::cli {

struct CallFailure {
  int exit_code;
  std::string message;  // without the program's name; may have control octets
};

// `what` has failed because of `why`, while `session` was used. Says how the
// worker ended, if it has to do with it, and what to look at first.
CallFailure DescribeFailure(absl::string_view what, const absl::Status& why,
                            const CallOptions& options, CallSession* session);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CALL_FAILURE_H_
