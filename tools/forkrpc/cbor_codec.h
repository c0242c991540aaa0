// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Lists of values as cbor, in a program that has it.
//
// Debian has libcbor as a shared library only, so a static program is linked
// with the second of two sources for this header: cbor_codec_absent.cc, where
// each function is Unimplemented and says what to do. Any thread.
//
//   absl::Status status = CheckCborLinked();
//   if (status.ok()) status = DecodeCborValues(payload, &values);

#ifndef TOOLS_FORKRPC_CBOR_CODEC_H_
#define TOOLS_FORKRPC_CBOR_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc::cli {

absl::Status CheckCborLinked();

// Appends the payload.
absl::Status EncodeCborValues(absl::Span<const Value> values,
                              std::string* payload);

// Replaces `*values`.
absl::Status DecodeCborValues(absl::string_view payload,
                              std::vector<Value>* values);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CBOR_CODEC_H_
