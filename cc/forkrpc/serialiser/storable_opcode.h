// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The numbers in a Storable image: opcodes, header, flags; for storable.h only.
//
// Any thread; no allocation. The values are those of Storable 3.26, and of the
// two opcodes that Storable has had since 3.27.

#ifndef FORKRPC_SERIALISER_STORABLE_OPCODE_H_
#define FORKRPC_SERIALISER_STORABLE_OPCODE_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace forkrpc {
namespace storable_internal {

// Each object begins with one of these octets.
enum class Opcode : uint8_t {
  kSeen = 0x00,        // and the number of an object that came before
  kLongOctets = 0x01,  // a 32-bit length, the octets
  kArray = 0x02,       // a 32-bit count, the elements
  kHash = 0x03,        // a 32-bit count; value, 32-bit length and key of each
  kReference = 0x04,   // what is referred to
  kUndef = 0x05,
  kNativeInteger = 0x06,
  kNativeDouble = 0x07,
  kByte = 0x08,            // an integer from -128 to 127, plus 128
  kNetworkInteger = 0x09,  // a signed 32-bit integer
  kOctets = 0x0a,          // a length of one octet, the octets
  kTiedArray = 0x0b,
  kTiedHash = 0x0c,
  kTiedScalar = 0x0d,
  kUndefConstant = 0x0e,  // also an element that was never set
  kTrueConstant = 0x0f,
  kFalseConstant = 0x10,
  kBless = 0x11,
  kBlessAgain = 0x12,
  kHook = 0x13,
  kOverload = 0x14,
  kTiedKey = 0x15,
  kTiedIndex = 0x16,
  kText = 0x17,
  kLongText = 0x18,
  kFlagHash = 0x19,  // flags, then as kHash with flags before each key's length
  kCode = 0x1a,
  kWeakReference = 0x1b,
  kWeakOverload = 0x1c,
  kVersionString = 0x1d,  // how a string was written in the source, then it
  kLongVersionString = 0x1e,
  kUndefElement = 0x1f,  // the constant undef as an element
  kRegexp = 0x20,
  kLargeObject = 0x21,
  kTrue = 0x22,  // a variable that is a boolean, since Storable 3.27
  kFalse = 0x23,
};

// What cannot be read here, as "an object" for kBless; empty for what can, and
// for what no Storable has.
absl::string_view RefusedName(Opcode opcode);

// A major version of 2, and whether the order is the network's.
inline constexpr char kNativeMajor = 0x04;
inline constexpr char kNetworkMajor = 0x05;
// The minor version that Perl 5.20 and later write.
inline constexpr char kMinor = 0x0b;
// What follows the minor version in native order: the length of the byte order,
// the byte order, the sizes of int, long, pointer and double.
inline constexpr char kNativeSizes[] =
    "\x08"
    "12345678"
    "\x04\x08\x08\x08";
inline constexpr size_t kNativeSizesSize = sizeof(kNativeSizes) - 1;

// The flags of a hash and of its keys.
inline constexpr uint8_t kRestrictedHash = 0x01;
inline constexpr uint8_t kUtf8Key = 0x01;
// The key is text, but stands there in Latin-1.
inline constexpr uint8_t kLatin1TextKey = 0x02;

// CBOR::XS's tag for what a scalar reference refers to, also used here.
inline constexpr uint64_t kReferenceTag = 22098;

}  // namespace storable_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STORABLE_OPCODE_H_
