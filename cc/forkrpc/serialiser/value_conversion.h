// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a Value is as a string, number or truth, as loosely as Perl has it.
//
// A Perl program does not choose the type of what it sends: 5 that was once
// printed comes as "5", 5.0 as 5, 2**53 as a float, true as "1" and false as
// "". A worker that wants a number takes it from whatever came. Each looks
// through what is shared. Unlike Perl, what is no number ("abc", "5 apples",
// undef) is InvalidArgument and not 0. Any thread.
//
//   const forkrpc::Value sent = forkrpc::Value::Octets("5.0");
//   const absl::StatusOr<int64_t> number = forkrpc::ToInteger(sent);
//   if (!number.ok()) return number.status();
//   return *number == 5 ? absl::OkStatus() : absl::InternalError("another");

#ifndef FORKRPC_SERIALISER_VALUE_CONVERSION_H_
#define FORKRPC_SERIALISER_VALUE_CONVERSION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

// A string as it is, text in UTF-8; an integer in decimal; a floating-point
// number with 15 significant digits, as Perl prints it; "1" and "" of booleans.
// InvalidArgument of null, lists, maps and tagged values.
absl::StatusOr<std::string> ToString(const Value& value);

// The octets of a string: those of text as Perl's utf8::downgrade has them, a
// character from U+0080 to U+00FF as one octet. So octets come back that went
// through JSON, which has only text. InvalidArgument of text with another
// character, and of all that is no string.
absl::StatusOr<std::string> ToOctets(const Value& value);

// A number that is whole, however it is written: 5, 5.0, "5", " 5", "5e0"; 1
// and 0 of booleans. OutOfRange beyond the type, InvalidArgument of all else.
absl::StatusOr<int64_t> ToInteger(const Value& value);
absl::StatusOr<uint64_t> ToUnsigned(const Value& value);

// The same without being whole: also "0.1", "Inf", "NaN".
absl::StatusOr<double> ToDouble(const Value& value);

// Perl's truth: false are null, undefined, false, 0, -0.0, "" and "0".
bool ToBoolean(const Value& value);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_CONVERSION_H_
