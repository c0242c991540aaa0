// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/decoding_model.h"

#include <cstdint>

namespace forkrpc {
namespace {

// Not LoadBigEndian32(): nothing is shared with the implementation.
uint32_t Number(const char* at) {
  uint32_t number = 0;
  for (int i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<uint8_t>(at[i]);
  }
  return number;
}

}  // namespace

size_t DecodingModel::Length() const {
  return Number(stream_.data() + at_ + header_ - 4);
}

bool DecodingModel::Next(FrameView* frame) {
  if (left() < header_) return false;
  const size_t length = Length();
  if (length > max_payload_ || left() - header_ < length) return false;
  frame->id = header_ == 8 ? Number(stream_.data() + at_) : 0;
  frame->payload = stream_.substr(at_ + header_, length);
  at_ += header_ + length;
  return true;
}

size_t DecodingModel::Missing() const {
  if (left() < header_ || Length() > max_payload_) return 0;
  const size_t got = left() - header_;
  return Length() > got ? Length() - got : 0;
}

DecodingModel::End DecodingModel::end() const {
  if (left() == 0) return {absl::StatusCode::kOk, at_};
  if (left() < header_) return {absl::StatusCode::kDataLoss, at_};
  if (Length() > max_payload_) {
    return {absl::StatusCode::kResourceExhausted, at_};
  }
  return {absl::StatusCode::kDataLoss, at_ + header_};
}

}  // namespace forkrpc
