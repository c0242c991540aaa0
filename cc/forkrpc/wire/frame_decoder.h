// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FrameDecoder: finds the frames in a stream of octets that arrives in pieces.
//
// One thread at a time. Frames are views into the receive buffer; a payload is
// not copied. Memory follows the octets received (see receive_buffer.h). Any
// split and any coalescing of the stream gives the same frames and the same
// error at the same offset. The first error is final.
//
//   const std::string stream("\0\0\0\7\0\0\0\2hi", 10);
//   forkrpc::FrameDecoder decoder(forkrpc::FrameLayout::kIdAndLength);
//   absl::Span<char> space = decoder.PrepareReceive();
//   decoder.CommitReceive(stream.copy(space.data(), space.size()));
//   forkrpc::FrameView frame;
//   while (decoder.Next(&frame) == forkrpc::DecodeResult::kFrame) {
//     std::cout << frame.id << " " << frame.payload << "\n";  // 7 hi
//   }
//   if (!decoder.status().ok()) return decoder.status();

#ifndef FORKRPC_WIRE_FRAME_DECODER_H_
#define FORKRPC_WIRE_FRAME_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/receive_buffer.h"
#include "forkrpc/wire/wire_limits.h"

namespace forkrpc {

enum class DecodeResult {
  kFrame,     // a whole frame was taken from the stream
  kNeedMore,  // no whole frame is there; not an error
  kError,     // see status()
};

// Invariants:
//  1. offset() is the stream offset of the front of buffer_.
//  2. The buffer is never asked for more than an acceptable frame: at most
//     header_size_ + max_payload_ octets.
//  3. After an error nothing is received or taken: the refused header stays at
//     the front, so that each look at it gives the same error.
class FrameDecoder {
 public:
  // `receive_buffer_octets`: see ReceiveBuffer.
  explicit FrameDecoder(
      FrameLayout layout, const WireLimits& limits = {},
      size_t receive_buffer_octets = ReceiveBuffer::kInitialCapacity);

  // Where to put the next octets; empty only after an error. Ends the life of
  // the views that Next() gave.
  absl::Span<char> PrepareReceive();

  // `n` octets have been put there; `n` is at most that span's size.
  void CommitReceive(size_t n);

  // Copies octets in, for those who have them already. Ends the life of views.
  void Append(absl::string_view octets);

  // Takes the next frame. The length is judged as soon as the header is whole:
  // a length beyond WireLimits::max_payload is ResourceExhausted.
  //= spec/wire.md#FR-FRM-006
  //= spec/wire.md#FR-FRM-007
  //= spec/wire.md#FR-FRM-009
  //= spec/wire.md#FR-LIM-005
  DecodeResult Next(FrameView* frame) {
    const DecodeResult result = Peek(frame);
    if (ABSL_PREDICT_TRUE(result == DecodeResult::kFrame)) Take(*frame);
    return result;
  }

  // The next frame without taking it, for who must see it first.
  DecodeResult Peek(FrameView* frame) {
    const absl::string_view octets = buffer_.readable();
    if (ABSL_PREDICT_FALSE(octets.size() < header_size_)) {
      return PeekSlow(frame);
    }
    const char* length_at = octets.data() + header_size_ - 4;
    //= spec/wire.md#FR-FRM-010
    const size_t length = LoadBigEndian32(length_at);
    if (ABSL_PREDICT_FALSE(length > max_payload_)) return RefuseLength(length);
    if (ABSL_PREDICT_FALSE(octets.size() - header_size_ < length)) {
      return PeekSlow(frame);
    }
    frame->id = header_size_ == 8 ? LoadBigEndian32(octets.data()) : 0;
    frame->payload = absl::string_view(octets.data() + header_size_, length);
    return DecodeResult::kFrame;
  }

  // Takes the frame that Peek() gave last.
  void Take(const FrameView& frame) {
    buffer_.Consume(header_size_ + frame.payload.size());
  }

  // To be called at the end of the stream, after the last Next(): OK on a frame
  // boundary, else DataLoss.
  //= spec/wire.md#FR-ERR-005
  absl::Status Finish() const;

  // Whether Next() would give a frame or an error without more octets.
  bool has_next() const;

  const absl::Status& status() const { return status_; }

  // Stream offset behind the last frame taken: octets since the start.
  uint64_t offset() const { return buffer_.received() - buffer_.buffered(); }

  // Octets received behind offset().
  size_t buffered() const { return buffer_.buffered(); }

 private:
  // The cases that are rare: no frame, a frame in overflow, an earlier error.
  DecodeResult PeekSlow(FrameView* frame);
  DecodeResult RefuseLength(size_t length);
  // What to think of a front header that is printable; empty if it is not.
  std::string TextHint() const;
  // Octets of the frame at the front, header included, as far as known.
  size_t FrontFrameSize() const;

  ReceiveBuffer buffer_;
  const size_t header_size_;
  const size_t max_payload_;
  bool failed_ = false;
  absl::Status status_;
};

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_FRAME_DECODER_H_
