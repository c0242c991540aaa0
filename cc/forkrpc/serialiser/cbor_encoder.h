// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CborEncoder: writes values as CBOR behind one another; for cbor.h only.
//
// The first error is final; the octets written until then are the caller's to
// take back. For one thread.

#ifndef FORKRPC_SERIALISER_CBOR_ENCODER_H_
#define FORKRPC_SERIALISER_CBOR_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {
namespace cbor_internal {

// The first three bits of an item's first octet.
enum class Major : uint8_t {
  kUnsigned = 0x00,
  kNegative = 0x20,
  kOctets = 0x40,
  kText = 0x60,
  kList = 0x80,
  kMap = 0xA0,
  kTag = 0xC0,
};

// The tags that are not values' own.
inline constexpr uint64_t kTagStringReference = 25;
inline constexpr uint64_t kTagShared = 28;
inline constexpr uint64_t kTagReference = 29;
inline constexpr uint64_t kTagStringSpace = 256;
inline constexpr uint64_t kTagSelfDescribed = 55799;

class CborEncoder {
 public:
  // Appends to `*payload`, which must outlive this.
  CborEncoder(const ValueLimits& limits, std::string* payload);

  // Tag 28 and the head of a list, which is shared value 0; its items follow.
  void BeginSharedList(size_t count);
  void BeginList(size_t count);

  bool Write(const Value& value);
  // One item of octets.
  bool WriteOctets(absl::string_view octets);

  // The error, if one was; call it at the end.
  absl::Status Finish();

 private:
  struct Frame {
    const Value* next;
    const Value* end;
    size_t tags;  // that were open when it was opened
  };

  void Head(Major major, uint64_t number);
  // Writes a value, or its head and leaves its content on frames_.
  bool WriteOne(const Value& value);
  bool WriteString(Major major, absl::string_view octets);
  void WriteDouble(double number);
  bool WriteChildren(const Value* children, size_t count);
  // Writes the tags before a value; what is behind them, or null if that is
  // written too or an error.
  const Value* WriteTags(const Value& value);
  bool Count(uint64_t n);
  bool Fail(absl::StatusCode code, absl::string_view what);

  const ValueLimits limits_;
  const size_t start_;
  std::string* const payload_;
  uint64_t values_left_;
  size_t tags_ = 0;
  size_t shared_ = 0;  // how many tags 28 were written
  absl::InlinedVector<Frame, 8> frames_;
  absl::flat_hash_map<const void*, size_t> numbers_;
  absl::Status status_;
};

}  // namespace cbor_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_CBOR_ENCODER_H_
