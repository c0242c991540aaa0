// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StorableEncoder: writes values as a Storable image; for storable.h only.
//
// For one image and one thread. The octets are those that Perl's freeze and
// nfreeze write of the same values. InvalidArgument for what Perl does not
// have, ResourceExhausted for a limit; both name the octet of the image at
// which it would stand.

#ifndef FORKRPC_SERIALISER_STORABLE_ENCODER_H_
#define FORKRPC_SERIALISER_STORABLE_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/storable_opcode.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {
namespace storable_internal {

// Invariants:
//  1. next_number_ is how many numbers a reader has given when it comes here.
//  2. numbers_ has each shared value that has begun.
class StorableEncoder {
 public:
  StorableEncoder(absl::string_view format, bool network,
                  const ValueLimits& limits, std::string* image)
      : format_(format),
        network_(network),
        limits_(limits),
        image_(image),
        begin_(image->size()) {}

  // Each is called once, and appends to the image; after an error that is as it
  // was.
  absl::Status Encode(const Value& value);
  absl::Status EncodeList(absl::Span<const Value> items);
  absl::Status EncodeStrings(absl::Span<const absl::string_view> items);
  absl::Status EncodeStrings(absl::Span<const std::string> items);

 private:
  struct Level {
    const Value* item;          // of a list or reference
    const Value::Entry* entry;  // of a map
    size_t left;
    bool flags;     // before each key
    bool key_next;  // the value of *entry is complete
  };

  template <typename String>
  absl::Status EncodeOctets(absl::Span<const String> items);
  void WriteHeader();
  // Writes what is open until all is complete.
  absl::Status WriteAll();
  bool WriteElement(const Value& value);
  // False if `value` has to be written.
  bool WriteIfSeen(const Value& value);
  bool WriteScalar(const Value& value);
  bool WriteInteger(int64_t value);
  bool WriteDouble(double value);
  bool WriteString(Opcode short_opcode, Opcode long_opcode,
                   absl::string_view octets);
  bool WriteKey(const Value& key, bool flags);
  bool BeginArray(size_t count);
  bool BeginList(absl::Span<const Value> items);
  bool BeginMap(absl::Span<const Value::Entry> entries);
  bool BeginReference(const Value& tagged);
  // Whether one more level is allowed, and that many values in it.
  bool CheckLevel(uint64_t values);

  void Put(Opcode opcode) { image_->push_back(static_cast<char>(opcode)); }
  // In the image's order, and in network order.
  void PutNumber(uint32_t number);
  void PutBigEndian(uint32_t number);
  void PutNative64(uint64_t bits);

  bool CheckCount(size_t count);
  bool CheckSize();
  bool Invalid(absl::string_view what) {
    return Fail(absl::StatusCode::kInvalidArgument, what);
  }
  bool Fail(absl::StatusCode code, absl::string_view what);

  const absl::string_view format_;
  const bool network_;
  const ValueLimits limits_;
  std::string* const image_;
  const size_t begin_;
  uint32_t next_number_ = 0;
  uint64_t values_ = 1;
  absl::InlinedVector<Level, 8> levels_;
  absl::flat_hash_map<const void*, uint32_t> numbers_;
  absl::Status status_;
};

}  // namespace storable_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STORABLE_ENCODER_H_
