// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CborEncoder: writes values as CBOR behind one another; for cbor.h only.
//
// The first error is final, and Finish() takes back what was written until
// then. For one thread.

#ifndef FORKRPC_SERIALISER_CBOR_ENCODER_H_
#define FORKRPC_SERIALISER_CBOR_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/octet_writer.h"
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

  // Values beside each other.
  bool Write(const Value* first, size_t count);
  // Octets beside each other.
  bool WriteOctets(const absl::string_view* first, size_t count) {
    return WriteStrings(first, count);
  }
  bool WriteOctets(const std::string* first, size_t count) {
    return WriteStrings(first, count);
  }

  // The error, if one was; call it at the end, once.
  absl::Status Finish();

 private:
  struct Frame {
    const Value* next;
    const Value* end;
    size_t tags;  // that were open when it was opened
  };

  template <typename String>
  bool WriteStrings(const String* first, size_t count);
  void Head(Major major, uint64_t number);
  // Writes all tags before a value, and it too or, of a list or map, its head:
  // then `*frame` is pushed and becomes its content.
  bool WriteOne(const Value& outer, Frame* frame);
  // Writes those of the next values that have no content, as many as it likes
  // to at once; how many, 0 also on error.
  size_t WriteScalars(const Value* first, size_t count);
  bool Open(const Value* children, size_t count, Frame* frame);
  // Writes the tags before a value; what is behind them, or null if that is
  // written too or an error.
  const Value* WriteTags(const Value& value);
  bool Count(uint64_t n) {
    if (ABSL_PREDICT_FALSE(n > values_left_)) return TooMany();
    values_left_ -= n;
    return true;
  }
  bool TooMany();
  // Whether so many octets more are within the limit.
  bool Fits(size_t octets) {
    return ABSL_PREDICT_TRUE(octets <= limits_.max_octets &&
                             out_.size() <= limits_.max_octets - octets) ||
           TooLong();
  }
  bool TooLong();
  bool Fail(absl::StatusCode code, absl::string_view what);

  const ValueLimits limits_;
  OctetWriter out_;
  uint64_t values_left_;
  size_t levels_ = 0;  // that are open beside frames_
  size_t tags_ = 0;
  size_t shared_ = 0;                     // how many tags 28 were written
  absl::InlinedVector<Frame, 8> frames_;  // but for the innermost
  absl::flat_hash_map<const void*, size_t> numbers_;
  absl::Status status_;
};

}  // namespace cbor_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_CBOR_ENCODER_H_
