// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A list of strings as a payload, with the serialiser the user has chosen,
// which is one of strings.
//
// Any thread. See spec/serialisers.md.
//
//   std::string payload;
//   absl::Status status =
//       EncodeStrings(Serialiser::kStringPack, {"add", "3", "4"}, &payload);

#ifndef TOOLS_FORKRPC_PAYLOAD_CODEC_H_
#define TOOLS_FORKRPC_PAYLOAD_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/rpc.pb.h"
#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {

// The strings of a payload.
struct PayloadStrings {
  std::vector<absl::string_view> views;  // of the payload, or of `message`
  v1::StringList message;
};

// Appends the payload. InvalidArgument, saying what to do, if raw is to carry
// another number of strings than one.
absl::Status EncodeStrings(Serialiser serialiser,
                           absl::Span<const std::string> strings,
                           std::string* payload);

// Replaces `*strings`, which must not outlive `payload`. DataLoss or
// ResourceExhausted if the payload was not made by this serialiser.
absl::Status DecodeStrings(Serialiser serialiser, absl::string_view payload,
                           PayloadStrings* strings);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_PAYLOAD_CODEC_H_
