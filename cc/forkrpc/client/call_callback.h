// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallCallback: what is called when a call ends.
//
// Called exactly once, from the loop, with how the call ended: its response,
// which is valid until the callback returns, or why there is none. An empty one
// is nobody's. May be moved, not copied, so that it may own what it needs.
//
//   forkrpc::CallCallback callback =
//       [](absl::StatusOr<absl::string_view> response) {
//         if (response.ok()) std::cout << *response << "\n";
//       };
//   callback("hello");  // as the loop does

#ifndef FORKRPC_CLIENT_CALL_CALLBACK_H_
#define FORKRPC_CLIENT_CALL_CALLBACK_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

using CallCallback =
    absl::AnyInvocable<void(absl::StatusOr<absl::string_view>)>;

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_CALL_CALLBACK_H_
