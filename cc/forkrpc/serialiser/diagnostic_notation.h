// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A Value as a reader writes it: the diagnostic notation of RFC 8949.
//
// Integers are decimal, floating-point numbers have a point or an exponent (or
// are NaN, Infinity, -Infinity), octets are h'00ff', text is in double quotes
// with JSON's escapes, a tag stands before its content in parentheses. What is
// shared is 28(...) where it first stands and 29(n) from then on. Any thread;
// neither direction recurses; the length is linear in what the value holds,
// however often it shares it.
//
//   const absl::StatusOr<forkrpc::Value> value =
//       forkrpc::ParseDiagnosticNotation("[ 'a', 5.0 ]");
//   if (!value.ok()) return value.status();
//   std::puts(forkrpc::DiagnosticNotation(*value).c_str());  // [h'61', 5.0]
//   return absl::OkStatus();

#ifndef FORKRPC_SERIALISER_DIAGNOSTIC_NOTATION_H_
#define FORKRPC_SERIALISER_DIAGNOSTIC_NOTATION_H_

#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {

// Text that is not UTF-8 is written with U+FFFD for each octet that is none.
std::string DiagnosticNotation(const Value& value);

// The value that is written so; blanks may stand between the words, and octets
// may be '...' in place of hexadecimal. InvalidArgument if it is none, of which
// integers beyond 64 bits are a kind; ResourceExhausted beyond the limits. Each
// error names the octet.
absl::StatusOr<Value> ParseDiagnosticNotation(absl::string_view text,
                                              const ValueLimits& limits = {});

// For the messages of tests.
inline std::ostream& operator<<(std::ostream& out, const Value& value) {
  return out << DiagnosticNotation(value);
}

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_DIAGNOSTIC_NOTATION_H_
