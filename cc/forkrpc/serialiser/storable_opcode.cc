// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable_opcode.h"

namespace forkrpc {
namespace storable_internal {

absl::string_view RefusedName(Opcode opcode) {
  switch (opcode) {
    case Opcode::kTiedArray:
      return "a tied array";
    case Opcode::kTiedHash:
      return "a tied hash";
    case Opcode::kTiedScalar:
      return "a tied scalar";
    case Opcode::kTiedKey:
      return "an element of a tied hash";
    case Opcode::kTiedIndex:
      return "an element of a tied array";
    case Opcode::kBless:
    case Opcode::kBlessAgain:
      return "an object";
    case Opcode::kHook:
      return "an object with a hook";
    case Opcode::kOverload:
      return "an object with overloaded operators";
    case Opcode::kCode:
      return "code";
    case Opcode::kWeakReference:
      return "a weak reference";
    case Opcode::kWeakOverload:
      return "a weak reference to an object with overloaded operators";
    case Opcode::kRegexp:
      return "a regular expression";
    case Opcode::kLargeObject:
      return "an object of 2^31 octets or elements, or more";
    default:
      return {};
  }
}

}  // namespace storable_internal
}  // namespace forkrpc
