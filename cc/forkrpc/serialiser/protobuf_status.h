// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// absl::Status in a typed Response, and back.
//
// Any thread. Code and message survive; payloads attached to the status do not
// cross. A code that absl::Status does not have becomes kUnknown, with the
// number in the message, so that an error is never taken for success.
//
//   forkrpc::v1::Response response;
//   forkrpc::ToProto(absl::NotFoundError("no such user"),
//                    response.mutable_status());

#ifndef FORKRPC_SERIALISER_PROTOBUF_STATUS_H_
#define FORKRPC_SERIALISER_PROTOBUF_STATUS_H_

#include "absl/status/status.h"
#include "forkrpc/rpc.pb.h"

namespace forkrpc {

// Replaces `*proto`.
void ToProto(const absl::Status& status, v1::Status* proto);

// OK if the code is 0, whatever the message.
absl::Status FromProto(const v1::Status& proto);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_PROTOBUF_STATUS_H_
