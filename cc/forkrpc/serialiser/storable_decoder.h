// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StorableDecoder: makes values of a Storable image; for storable.h only.
//
// For one image and one thread. What an image refers to by its number is known
// only behind it, and a Value is never changed: an image that shares something
// is read twice, once for the numbers. Errors are those of StorableReader.

#ifndef FORKRPC_SERIALISER_STORABLE_DECODER_H_
#define FORKRPC_SERIALISER_STORABLE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/storable_reader.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {
namespace storable_internal {

// Invariants:
//  1. stack_ holds the complete items of all that is open, the outermost first;
//     of a map, the key or its place and then the value.
//  2. numbers_ grows from front to back, and shared_ has a value for each of
//  them
//     that is complete.
class StorableDecoder {
 public:
  StorableDecoder(absl::string_view format, absl::string_view image,
                  const ValueLimits& limits)
      : format_(format), image_(image), limits_(limits) {}

  // Each is called once. DataLoss of the second if the outermost object is no
  // array.
  absl::StatusOr<Value> Decode();
  absl::StatusOr<Value> DecodeList();

 private:
  static constexpr size_t kNotShared = SIZE_MAX;

  struct Level {
    Item::Kind kind;
    size_t base;    // where its items begin in stack_
    size_t shared;  // its index in shared_, or kNotShared
  };

  // Reads all of the image; what it holds is then on stack_.
  absl::Status ReadAll();
  // False if the image refers to an object whose number is not in numbers_; all
  // those are then in it.
  bool ReadOnce(StorableReader* reader);
  void Add(const Item& item);
  void AddKey(const Item& item);
  void AddSeen(uint32_t number);
  void Close();
  void Complete(Value value, size_t shared);
  // The index of an object in shared_.
  size_t SharedIndex(const Item& item);

  const absl::string_view format_;
  const absl::string_view image_;
  const ValueLimits limits_;
  bool root_is_array_ = false;
  absl::InlinedVector<Value, 16> stack_;
  absl::InlinedVector<Level, 8> levels_;
  std::vector<uint32_t> numbers_;
  std::vector<Value> shared_;
  size_t next_shared_ = 0;  // the first of numbers_ that has not come yet
};

}  // namespace storable_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STORABLE_DECODER_H_
