// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StorableReader: takes the objects out of a Storable image, one by one; for
// storable.h only.
//
// One thread at a time. Nothing is built and no octets are copied: items view
// the image. The reader keeps 16 octets for each level of nesting and
// up to 8 for each list, map and reference. The first error is final: DataLoss
// for malformed octets and for a cycle, ResourceExhausted for a limit,
// Unimplemented for what is well formed and refused; all name the octet.
//
// Nothing in an image makes the reader look anything up by a name.

#ifndef FORKRPC_SERIALISER_STORABLE_READER_H_
#define FORKRPC_SERIALISER_STORABLE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/storable_opcode.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {
namespace storable_internal {

// What stands in an image. In a map each value comes before its key.
struct Item {
  enum class Kind {
    kNull,
    kBoolean,    // integer: 0 or 1
    kInteger,    // integer
    kDouble,     // real
    kOctets,     // string
    kText,       // string: valid UTF-8
    kList,       // its items follow, then kEnd
    kMap,        // values and keys follow, then kEnd
    kReference,  // to a scalar or to another reference, which follows, then
                 // kEnd
    kSeen,       // number: of an item that came before and is complete
    kOctetsKey,  // string: the key of the value before
    kLatin1Key,  // string: a key that is text, in Latin-1
    kTextKey,    // string: a key that is text, as valid UTF-8
    kEnd,        // of the innermost list, map or reference
  };

  Kind kind = Kind::kNull;
  // Of what kSeen may name. A list or map has the number of the array or hash
  // itself, also where the image names the element that refers to it.
  uint32_t number = 0;
  int64_t integer = 0;
  double real = 0;
  absl::string_view string;
  // True, false, and the constant undef: where kSeen names it, it is meant and
  // not a variable that holds it.
  bool constant = false;
};

// Invariants:
//  1. next_ <= image_.size().
//  2. The numbers of open_, containers_ and references_again_ grow from front
//  to
//     back.
//  3. owed_ is the least number of octets that what open_ promises can take; a
//     count that makes it more than what is left is refused where it stands.
class StorableReader {
 public:
  // `format` begins each message; `image` must outlive the reader and its
  // items.
  StorableReader(absl::string_view format, absl::string_view image,
                 const ValueLimits& limits)
      : format_(format), image_(image), limits_(limits) {}

  // Takes the next item. False behind the last one and after an error.
  bool Next(Item* item);

  absl::Status status() const { return status_; }

  // Whether the outermost object is an array, as in `freeze [..]`; known after
  // the first item.
  bool root_is_array() const { return root_is_array_; }

 private:
  enum class State { kHeader, kRoot, kInside, kDone };
  enum class Place { kRoot, kElement, kValue, kReferent };

  struct Open {
    uint32_t number;  // of the list, map or reference
    uint32_t left;    // items to come
    Place place;      // of these items
    bool flags;       // before each key
    bool key_next;    // the value of a pair is complete, its key is not
  };

  bool ReadHeader();
  bool ReadNativeSizes();
  bool ReadObject(Place place, Item* item);
  bool ReadScalar(Opcode opcode, Item* item);
  bool ReadConstant(Opcode opcode, Item* item);
  bool ReadString(Opcode opcode, Item* item);
  bool SkipVersionString(Opcode opcode, Opcode* string);
  bool ReadReference(Item* item);
  bool ReadContainer(Opcode opcode, Item* item);
  bool ReadSeen(Item* item);
  bool ReadKey(Open* map, Item* item);
  bool OpenLevel(Item::Kind kind, uint32_t number, uint32_t count, bool flags,
                 Item* item);
  bool CloseLevel(Item* item);
  bool Count(uint64_t values);

  // Each takes octets from the front of what is left, or fails for lack of
  // them.
  bool Take(size_t size, absl::string_view what, absl::string_view* taken);
  bool TakeOctet(absl::string_view what, uint8_t* octet);
  bool TakeNumber(absl::string_view what, uint32_t* number);
  bool TakeBigEndian(absl::string_view what, uint32_t* number);

  // The number of what kSeen means: of the list or map, where `number` is that
  // of a reference to it.
  uint32_t Meant(uint32_t number) const;
  bool IsContainer(uint32_t number) const;
  bool IsOpen(uint32_t number) const;
  size_t left() const { return image_.size() - next_; }

  // Ends all: `what` is wrong at `at`.
  bool Fail(absl::StatusCode code, size_t at, absl::string_view what);
  bool Malformed(absl::string_view what) {
    return Fail(absl::StatusCode::kDataLoss, at_, what);
  }
  bool Refused(absl::string_view what) {
    return Fail(absl::StatusCode::kUnimplemented, at_, what);
  }
  bool RefusedOpcode(Opcode opcode);
  std::string ClassName(Opcode opcode) const;

  const absl::string_view format_;
  const absl::string_view image_;
  const ValueLimits limits_;
  size_t next_ = 0;
  State state_ = State::kHeader;
  bool network_ = false;
  bool root_is_array_ = false;
  size_t at_ = 0;  // where the object that is being read begins
  uint32_t next_number_ = 0;
  uint64_t values_ = 0;
  uint64_t owed_ = 0;
  absl::InlinedVector<Open, 16> open_;
  // Numbers of arrays and hashes, the outermost left out: it is always open.
  absl::InlinedVector<uint32_t, 16> containers_;
  // A reference to an array or hash that came before: its number, and theirs.
  std::vector<std::pair<uint32_t, uint32_t>> references_again_;
  absl::Status status_;
};

}  // namespace storable_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STORABLE_READER_H_
