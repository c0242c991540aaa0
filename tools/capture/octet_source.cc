// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/octet_source.h"

#include <algorithm>

namespace forkrpc::capture {
namespace {

constexpr size_t kBuffer = size_t{64} << 10;

}  // namespace

absl::StatusOr<absl::string_view> OctetSource::Peek(size_t size) {
  while (buffer_.size() - used_ < size) {
    const absl::StatusOr<bool> more = Fill();
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  return absl::string_view(buffer_).substr(used_, size);
}

absl::StatusOr<bool> OctetSource::Take(uint64_t size, std::string* octets) {
  while (size > 0) {
    const absl::StatusOr<absl::string_view> some = Some(size);
    if (!some.ok()) return some.status();
    if (some->empty()) return false;
    octets->append(some->data(), some->size());
    size -= some->size();
  }
  return true;
}

absl::StatusOr<bool> OctetSource::Skip(uint64_t size) {
  while (size > 0) {
    const absl::StatusOr<absl::string_view> some = Some(size);
    if (!some.ok()) return some.status();
    if (some->empty()) return false;
    size -= some->size();
  }
  return true;
}

absl::StatusOr<absl::string_view> OctetSource::Some(uint64_t size) {
  if (used_ == buffer_.size()) {
    const absl::StatusOr<bool> more = Fill();
    if (!more.ok()) return more.status();
  }
  const auto got =
      static_cast<size_t>(std::min<uint64_t>(size, buffer_.size() - used_));
  used_ += got;
  offset_ += got;
  return absl::string_view(buffer_).substr(used_ - got, got);
}

absl::StatusOr<bool> OctetSource::Fill() {
  buffer_.erase(0, used_);
  used_ = 0;
  const size_t had = buffer_.size();
  buffer_.resize(had + kBuffer);
  const absl::StatusOr<size_t> got =
      read_(absl::MakeSpan(&buffer_[had], kBuffer));
  buffer_.resize(had + (got.ok() ? *got : 0));
  if (!got.ok()) return got.status();
  return *got > 0;
}

}  // namespace forkrpc::capture
