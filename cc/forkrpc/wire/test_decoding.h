// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CheckDecoding, CheckEncoding: a stream of frames, cut anywhere, against a
// reference that looks at the whole of it.
//
// What the fuzz targets of FrameDecoder have in common. The decoder must give
// the frames that stand there and the right error at the right octet, and hold
// no more memory than it promises; each frame must encode to the octets that it
// came from. A difference ends the process and says what it is. One thread.
//
//   DecodingPlan plan;
//   plan.pieces = absl::string_view("\0", 1);  // octet by octet
//   CheckEncoding(plan, stream);
//   CheckDecoding(plan, stream);

#ifndef FORKRPC_WIRE_TEST_DECODING_H_
#define FORKRPC_WIRE_TEST_DECODING_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/wire_limits.h"
#include "tools/fuzzing/fuzz_input.h"

namespace forkrpc {

// How a stream is received and what of the decoder is used.
struct DecodingPlan {
  FrameLayout layout = FrameLayout::kLength;
  size_t max_payload = kMaxPayloadOnWire;
  bool append = false;   // else the pieces are received in place
  bool peek = false;     // look at each frame before it is taken
  bool pile_up = false;  // take frames after every other piece only
  // Lengths of the pieces, one octet each (see PieceSize()), in units of
  // `piece_unit` octets, over and over. The last of kMostPieces is all that is
  // left. Empty: one piece.
  absl::string_view pieces;
  size_t piece_unit = 1;
};

// More would only be slow: what a decoder keeps between two pieces is seen in
// the first of them.
inline constexpr size_t kMostPieces = 32;

// 1 to 128, then multiples of 64 up to 8,192.
size_t PieceSize(uint8_t octet);

// The plan that stands at the front of `input`: an octet of flags, one that
// says the limit (a power of two minus one, and up to three more), one for how
// many lengths of pieces follow, and these, at most seven.
DecodingPlan TakeDecodingPlan(FuzzInput* input);

// The oracle: where the frames are, by looking at the whole stream. `stream`
// must outlive it.
class DecodingReference {
 public:
  DecodingReference(const DecodingPlan& plan, absl::string_view stream)
      : max_payload_(plan.max_payload),
        stream_(stream),
        header_(HeaderSize(plan.layout)) {}

  // Octets of the frames that Next() gave.
  size_t offset() const { return at_; }

  // The next frame; false if an error or the end of the stream comes first.
  bool Next(FrameView* frame);

  // Octets that are missing of the payload that the stream ends in; 0 where
  // it ends elsewhere, or its length is beyond the limit.
  size_t Missing() const;

  // Ends the process unless `end` is what Finish() must say where Next() gives
  // nothing more: the code and the offset.
  void Check(const absl::Status& end) const;

 private:
  size_t left() const { return stream_.size() - at_; }
  // The length in the header at the front, which must be whole.
  size_t Length() const;

  const size_t max_payload_;
  const absl::string_view stream_;
  const size_t header_;
  size_t at_ = 0;
};

// The decoder gives what DecodingReference does, at each step.
void CheckDecoding(const DecodingPlan& plan, absl::string_view stream);

// What stands in the stream is what the encoder makes of it. Returns how many
// octets are missing of a payload at the end.
size_t CheckEncoding(const DecodingPlan& plan, absl::string_view stream);

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_TEST_DECODING_H_
