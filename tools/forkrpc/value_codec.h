// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Values as a user writes them, and as a payload, with the serialiser the user
// has chosen, which is one of values.
//
// Any thread. Limits are those of ValueLimits: depth 512, 1,000,000 values.
//
//   absl::StatusOr<Value> value = ParseArgument("[1, h'ff']");
//   std::string payload;
//   absl::Status status = EncodeValues(Serialiser::kJson, {*value}, &payload);

#ifndef TOOLS_FORKRPC_VALUE_CODEC_H_
#define TOOLS_FORKRPC_VALUE_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/value.h"
#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {

// A word of a command line. What is diagnostic notation, of which JSON is a
// part, is that value. Any other word is a plain string, text if it is UTF-8
// and else octets; but one that begins as notation does, with a digit, one of
// [ { " ' - or h', is InvalidArgument, with the octet and how to quote it.
absl::StatusOr<Value> ParseArgument(absl::string_view word);

// A line that is a list in that notation, which may say what its items share.
// InvalidArgument if it is none.
absl::StatusOr<std::vector<Value>> ParseArgumentList(absl::string_view line);

// Unimplemented, saying what to do, for cbor in a program without it.
absl::Status CheckLinked(Serialiser serialiser);

// Appends the payload. InvalidArgument or ResourceExhausted if the serialiser
// has no form for the values.
absl::Status EncodeValues(Serialiser serialiser, absl::Span<const Value> values,
                          std::string* payload);

// Replaces `*values`. An error if the payload was not made by this serialiser.
absl::Status DecodeValues(Serialiser serialiser, absl::string_view payload,
                          std::vector<Value>* values);

// Diagnostic notation that moves no cursor.
std::string NotationText(const Value& value);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_VALUE_CODEC_H_
