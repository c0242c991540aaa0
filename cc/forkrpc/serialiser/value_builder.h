// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ValueBuilder: makes a Value of what a decoder meets, from left to right.
//
// A stack machine: a decoder that feeds it needs no recursion and no limits of
// its own. Depth and count are checked before anything is allocated for what
// exceeds them, and an announced count allocates nothing. The first error is
// final: each call returns false from then on, so a decoder need only look
// where it loops. For one thread.
//
//   forkrpc::ValueBuilder builder("cbor", forkrpc::ValueLimits(), 3);
//   builder.BeginList(2);
//   builder.At(1);
//   builder.Add(forkrpc::Value::Integer(5));
//   builder.At(2);
//   builder.Add(forkrpc::Value::Null());
//   const absl::StatusOr<forkrpc::Value> value = builder.Finish();
//   if (!value.ok()) return value.status();
//   return value->items().size() == 2 ? absl::OkStatus()
//                                     : absl::InternalError("another list");

#ifndef FORKRPC_SERIALISER_VALUE_BUILDER_H_
#define FORKRPC_SERIALISER_VALUE_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

struct ValueLimits {
  // Lists and maps in one another: what Perl's modules take and send. Tags in
  // one another may be four times as many: each level can have its own.
  size_t max_depth = 512;
  // All that a payload holds: each item, key, list and tag is one.
  size_t max_values = 1000000;
  // Of the payload; by default what a frame's header can announce.
  uint64_t max_octets = 0xFFFFFFFF;
};

// Invariants:
//  1. Open things (`frames_`) are at most max_depth lists and maps and
//     4 * max_depth tags, shared values and scopes.
//  2. A shared value has its number from when it is opened, in that order.
//  3. When nothing is open, there is at most one value.
class ValueBuilder {
 public:
  // `format` begins each message; `size` is the payload's, in octets.
  ValueBuilder(absl::string_view format, const ValueLimits& limits,
               size_t size);

  // Where what is added next stands in the payload.
  void At(size_t offset) { offset_ = offset; }
  size_t offset() const { return offset_; }

  // A value that is complete.
  bool Add(Value value) {
    if (!Count(1)) return false;
    stack_.push_back(std::move(value));
    OneMore();
    return ok();
  }

  // A list of `count` items or a map of `count` pairs follows, key first.
  bool BeginList(uint64_t count);
  bool BeginMap(uint64_t count);
  // The same up to End().
  bool BeginOpenList() { return Open(FrameKind::kList, kOpen, 0); }
  bool BeginOpenMap() { return Open(FrameKind::kMap, kOpen, 0); }
  // DataLoss if what was begun last is not one of those, or the map is without
  // a value for its last key.
  bool End();
  // The next value is tagged.
  bool BeginTag(uint64_t tag) { return Open(FrameKind::kTag, 1, tag); }
  // Until the next value is complete, scopes() is one more.
  bool BeginScope() { return Open(FrameKind::kScope, 1, 0); }
  size_t scopes() const { return scopes_; }
  // The next value is shared; the first one so is number 0.
  bool BeginShared();
  // Here stands the shared value of that number. DataLoss if there is none, or
  // if it is not complete: that would be a cycle.
  bool Refer(uint64_t number);

  // Ends all: `what` is wrong at offset(). Only the first error stays.
  bool Fail(absl::StatusCode code, absl::string_view what);

  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }
  // Whether one value is there, complete.
  bool complete() const { return frames_.empty() && !stack_.empty(); }
  // Whether the next value of a map that is open is a key.
  bool at_key() const {
    return !frames_.empty() && frames_.back().kind == FrameKind::kMap &&
           (stack_.size() - frames_.back().base) % 2 == 0;
  }

  // The value, or the error: DataLoss if it is not complete. Called once.
  absl::StatusOr<Value> Finish();

 private:
  enum class FrameKind : uint8_t { kList, kMap, kTag, kShared, kScope };
  struct Frame {
    FrameKind kind;
    size_t base;      // where its values begin in stack_
    uint64_t left;    // values until it is complete, or kOpen
    uint64_t number;  // the tag, or the shared value's
  };
  static constexpr uint64_t kOpen = UINT64_MAX;

  // Adds to the count of values.
  bool Count(uint64_t n) {
    if (n <= values_left_ && ok()) {
      values_left_ -= n;
      return true;
    }
    return TooMany();
  }
  bool TooMany();
  bool Open(FrameKind kind, uint64_t left, uint64_t number);
  // The value on top is complete, and so is what it completes.
  void OneMore() {
    while (!frames_.empty() && frames_.back().left != kOpen &&
           --frames_.back().left == 0) {
      Close();
    }
  }
  // Makes one value of what is open.
  void Close();

  const absl::string_view format_;
  const ValueLimits limits_;
  const size_t size_;
  size_t offset_ = 0;
  uint64_t values_left_;
  size_t depth_ = 0;
  size_t tags_ = 0;  // and what is open for one value besides
  size_t scopes_ = 0;
  absl::InlinedVector<Value, 16> stack_;
  absl::InlinedVector<Frame, 4> frames_;
  std::vector<Value> shared_;  // null until it is complete
  absl::Status status_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_BUILDER_H_
