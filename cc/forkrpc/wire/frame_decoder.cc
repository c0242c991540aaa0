// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/frame_decoder.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace forkrpc {

FrameDecoder::FrameDecoder(FrameLayout layout, const WireLimits& limits,
                           size_t receive_buffer_octets)
    : buffer_(receive_buffer_octets),
      header_size_(HeaderSize(layout)),
      max_payload_(std::min(limits.max_payload, kMaxPayloadOnWire)) {}

size_t FrameDecoder::FrontFrameSize() const {
  char header[kMaxHeaderSize];
  if (buffer_.Peek(header, header_size_) < header_size_) return header_size_;
  return header_size_ + LoadBigEndian32(header + header_size_ - 4);
}

absl::Span<char> FrameDecoder::PrepareReceive() {
  if (failed_) return {};
  // A length beyond the limit is for Next() to refuse.
  return buffer_.Prepare(
      std::min(FrontFrameSize(), header_size_ + max_payload_));
}

void FrameDecoder::CommitReceive(size_t n) {
  if (!failed_) buffer_.Commit(n);
}

void FrameDecoder::Append(absl::string_view octets) {
  while (!octets.empty() && !failed_) {
    const absl::Span<char> space = PrepareReceive();
    const size_t n = std::min(space.size(), octets.size());
    std::memcpy(space.data(), octets.data(), n);
    CommitReceive(n);
    octets.remove_prefix(n);
  }
}

DecodeResult FrameDecoder::PeekSlow(FrameView* frame) {
  if (!has_next()) return DecodeResult::kNeedMore;
  buffer_.Gather();
  return Peek(frame);
}

DecodeResult FrameDecoder::RefuseLength(size_t length) {
  if (failed_) return DecodeResult::kError;
  failed_ = true;
  status_ = absl::ResourceExhaustedError(absl::StrCat(
      "frame at offset ", offset(), ": length ", length,
      " exceeds the limit of ", max_payload_, " octets", TextHint()));
  return DecodeResult::kError;
}

std::string FrameDecoder::TextHint() const {
  char header[kMaxHeaderSize];
  const absl::string_view text(header, buffer_.Peek(header, header_size_));
  for (const char c : text) {
    if (!absl::ascii_isprint(c) && !absl::ascii_isspace(c)) return "";
  }
  return absl::StrCat("; its header is the text \"", absl::CHexEscape(text),
                      "\": does the peer print to the wire?");
}

absl::Status FrameDecoder::Finish() const {
  if (failed_) return status_;
  const size_t got = buffer_.buffered();
  if (got == 0) return absl::OkStatus();
  if (got < header_size_) {
    return absl::DataLossError(
        absl::StrCat("stream ends inside a frame: header at offset ", offset(),
                     " has ", got, " of ", header_size_, " octets"));
  }
  return absl::DataLossError(
      absl::StrCat("stream ends inside a frame: payload at offset ",
                   offset() + header_size_, " has ", got - header_size_, " of ",
                   FrontFrameSize() - header_size_, " octets"));
}

bool FrameDecoder::has_next() const {
  if (buffer_.buffered() < header_size_) return false;
  const size_t size = FrontFrameSize();
  return size - header_size_ > max_payload_ || buffer_.buffered() >= size;
}

}  // namespace forkrpc
