// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What to tell the user about a call that failed, and which exit code.
//
//   CallFailure failure = DescribeFailure("call failed", status, terms,
//                                         session.get());

#ifndef TOOLS_FORKRPC_CALL_FAILURE_H_
#define TOOLS_FORKRPC_CALL_FAILURE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/wire/frame.h"
#include "tools/forkrpc/failed_worker.h"

namespace forkrpc::cli {

// What the user has said, or could have, about the call.
struct CallTerms {
  Form form = Form::kAsync;
  uint32_t max_length = 0;
  absl::Duration timeout;
  absl::string_view timeout_option = "--timeout";
};

struct CallFailure {
  int exit_code;
  std::string message;  // without the program's name; may have control octets
};

// `what` has failed because of `why`, while `worker` was used. Says how the
// worker ended, if it has to do with it, and what to look at first.
CallFailure DescribeFailure(absl::string_view what, const absl::Status& why,
                            const CallTerms& terms, FailedWorker* worker);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CALL_FAILURE_H_
