// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The payloads of `forkrpc call`: requests from a user's words and lines,
// responses as text.
//
// Any thread. Each serialiser's own terms are in payload_codec.h (strings) and
// value_codec.h (values).
//
//   std::string request;
//   absl::Status status =
//       EncodeWords(Serialiser::kJson, {"add", "3", "[4, null]"}, &request);

#ifndef TOOLS_FORKRPC_CALL_PAYLOAD_H_
#define TOOLS_FORKRPC_CALL_PAYLOAD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/forkrpc/item_format.h"
#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {

enum class InputFormat {
  kWords,  // a line's words; with raw, the line
  kJson,   // a JSON array of strings; of values, a list in their notation
};

// Each appends a request. On error `*payload` is as it was; the error says what
// to do.
absl::Status EncodeWords(Serialiser serialiser,
                         absl::Span<const std::string> words,
                         std::string* payload);
absl::Status EncodeLine(Serialiser serialiser, InputFormat format,
                        const std::string& line, std::string* payload);

// A response or event, see FormatStrings(). Values are in diagnostic notation:
// in kText each on its own, in kJson the list, which shows what its items
// share; of them kHex and kRaw show the payload as it came. An error if it was
// not made by this serialiser.
absl::StatusOr<std::string> FormatPayload(Serialiser serialiser,
                                          OutputFormat format,
                                          absl::string_view payload,
                                          char separator);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CALL_PAYLOAD_H_
