// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/protobuf_status.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

void ToProto(const absl::Status& status, v1::Status* proto) {
  const absl::string_view message = status.message();
  proto->set_code(static_cast<int32_t>(status.code()));
  proto->set_message(message.data(), message.size());
}

absl::Status FromProto(const v1::Status& proto) {
  const int32_t number = proto.code();
  // absl::Status has every code from OK to Unauthenticated.
  if (number >= static_cast<int32_t>(absl::StatusCode::kOk) &&
      number <= static_cast<int32_t>(absl::StatusCode::kUnauthenticated)) {
    return absl::Status(static_cast<absl::StatusCode>(number), proto.message());
  }
  return absl::UnknownError(
      absl::StrCat("status code ", number, ": ", proto.message()));
}

}  // namespace forkrpc
