// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A Value as a reader writes it: the diagnostic notation of RFC 8949.
//
// Integers are decimal, floating-point numbers have a point or an exponent (or
// are NaN, Infinity, -Infinity), octets are h'00ff', text is in double quotes
// with JSON's escapes, a tag stands before its content in parentheses. What is
// shared is 28(...) where it first stands and 29(n) from then on. Any thread;
// neither recurses; the length is linear in what the value holds, however often
// it shares it.
//
//   const forkrpc::Value octets = forkrpc::Value::Octets("a");
//   const forkrpc::Value number = forkrpc::Value::Double(5);
//   std::puts(
//       forkrpc::DiagnosticNotation(forkrpc::Value::List({octets, number}))
//           .c_str());  // [h'61', 5.0]

#ifndef FORKRPC_SERIALISER_DIAGNOSTIC_NOTATION_H_
#define FORKRPC_SERIALISER_DIAGNOSTIC_NOTATION_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

// Text that is not UTF-8 is written with U+FFFD for each octet that is none.
std::string DiagnosticNotation(const Value& value);

// For the messages of tests.
inline std::ostream& operator<<(std::ostream& out, const Value& value) {
  return out << DiagnosticNotation(value);
}

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_DIAGNOSTIC_NOTATION_H_
