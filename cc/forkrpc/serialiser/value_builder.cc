// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_builder.h"

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace forkrpc {

ValueBuilder::ValueBuilder(absl::string_view format, const ValueLimits& limits,
                           size_t size)
    : format_(format),
      limits_(limits),
      size_(size),
      values_left_(limits.max_values) {
  if (size > limits.max_octets) {
    Fail(absl::StatusCode::kResourceExhausted,
         absl::StrCat("the limit is ", limits.max_octets, " octets"));
  }
}

bool ValueBuilder::Fail(absl::StatusCode code, absl::string_view what) {
  if (ok()) {
    status_ =
        absl::Status(code, absl::StrCat(format_, ": ", what, ", at octet ",
                                        offset_, " of ", size_));
  }
  return false;
}

bool ValueBuilder::TooMany() {
  return Fail(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("more values than the limit of ", limits_.max_values));
}

bool ValueBuilder::Open(FrameKind kind, uint64_t left, uint64_t number) {
  if (!Count(1)) return false;
  const bool is_tag = kind != FrameKind::kList && kind != FrameKind::kMap;
  if (is_tag && tags_ >= 4 * limits_.max_depth) {
    return Fail(absl::StatusCode::kResourceExhausted,
                absl::StrCat("more tags in one another than the limit of ",
                             4 * limits_.max_depth));
  }
  if (!is_tag && depth_ >= limits_.max_depth) {
    return Fail(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("more lists and maps in one another than the limit of ",
                     limits_.max_depth));
  }
  ++(is_tag ? tags_ : depth_);
  if (kind == FrameKind::kScope) ++scopes_;
  frames_.push_back({kind, stack_.size(), left, number});
  return true;
}

bool ValueBuilder::BeginList(uint64_t count) {
  // Refused before the first item is read, and so that nothing overflows.
  if (count > values_left_) return TooMany();
  if (!Open(FrameKind::kList, count, 0)) return false;
  if (count == 0) {
    Close();
    OneMore();
  }
  return true;
}

bool ValueBuilder::BeginMap(uint64_t count) {
  if (count > values_left_ / 2) return TooMany();
  if (!Open(FrameKind::kMap, 2 * count, 0)) return false;
  if (count == 0) {
    Close();
    OneMore();
  }
  return true;
}

bool ValueBuilder::End() {
  if (!ok()) return false;
  if (frames_.empty() || frames_.back().left != kOpen) {
    return Fail(absl::StatusCode::kDataLoss,
                "the end of a list or map that nothing began");
  }
  if (frames_.back().kind == FrameKind::kMap && !at_key()) {
    return Fail(absl::StatusCode::kDataLoss,
                "a map ends after a key that has no value");
  }
  Close();
  OneMore();
  return true;
}

bool ValueBuilder::BeginShared() {
  if (!Open(FrameKind::kShared, 1, shared_.size())) return false;
  shared_.emplace_back();
  return true;
}

bool ValueBuilder::Refer(uint64_t number) {
  if (!ok()) return false;
  if (number >= shared_.size()) {
    return Fail(absl::StatusCode::kDataLoss,
                absl::StrCat("a reference to shared value ", number, " where ",
                             shared_.size(), " came before"));
  }
  const Value& shared = shared_[static_cast<size_t>(number)];
  if (shared.kind() != Value::Kind::kShared) {
    return Fail(absl::StatusCode::kDataLoss,
                absl::StrCat("a cycle: shared value ", number,
                             " is referred to in itself"));
  }
  return Add(shared);
}

void ValueBuilder::Close() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  const absl::Span<Value> values = absl::MakeSpan(stack_).subspan(frame.base);
  Value made;
  switch (frame.kind) {
    case FrameKind::kList:
      made = Value::MoveToList(values);
      --depth_;
      break;
    case FrameKind::kMap:
      made = Value::MoveToMap(values);
      --depth_;
      break;
    case FrameKind::kTag:
      made = Value::Tagged(frame.number, std::move(values[0]));
      --tags_;
      break;
    case FrameKind::kShared:
      made = Value::Shared(std::move(values[0]));
      shared_[static_cast<size_t>(frame.number)] = made;
      --tags_;
      break;
    case FrameKind::kScope:
      --tags_;
      --scopes_;
      return;
  }
  stack_.resize(frame.base);
  stack_.push_back(std::move(made));
}

absl::StatusOr<Value> ValueBuilder::Finish() {
  if (!ok()) return status_;
  if (!complete()) {
    offset_ = size_;
    Fail(absl::StatusCode::kDataLoss, stack_.empty() && frames_.empty()
                                          ? "there is no value"
                                          : "the end inside a value");
    return status_;
  }
  return std::move(stack_[0]);
}

}  // namespace forkrpc
