// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PayloadView: what `forkrpc dump` shows of a payload beside its octets.
//
// Any thread. The view of strings takes memory only for what it shows; a
// payload of values is decoded whole.
//
//   const PayloadView view = ViewPayload(Serialiser::kJson, "[1,2]", 64);
//   if (view.status.ok()) std::cout << view.notation;  // [1, 2]

#ifndef TOOLS_FORKRPC_PAYLOAD_VIEW_H_
#define TOOLS_FORKRPC_PAYLOAD_VIEW_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {

struct PayloadView {
  std::vector<std::string> strings;  // of string-pack and protobuf
  std::string notation;              // of a list of values
  bool truncated = false;            // there is more than is shown
  absl::Status status;               // what is wrong with the payload
};

// Shows at most `budget` octets; each string counts for one more. Of raw
// payloads nothing is shown.
PayloadView ViewPayload(Serialiser serialiser, absl::string_view payload,
                        size_t budget);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_PAYLOAD_VIEW_H_
