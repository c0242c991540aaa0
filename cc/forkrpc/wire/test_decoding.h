// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CheckDecoding: a stream of frames, cut anywhere, decoded beside a model that
// has the whole of it.
//
// What the fuzz targets of FrameDecoder have in common. The decoder must give
// the frames that stand there and the right error at the right octet, and hold
// no more memory than it promises; each frame must encode to the octets that it
// came from. A difference ends the process and says what it is. One thread.
//
//   DecodingPlan plan;
//   plan.pieces = absl::string_view("\0", 1);  // octet by octet
//   CheckDecoding(plan, stream);

#ifndef FORKRPC_WIRE_TEST_DECODING_H_
#define FORKRPC_WIRE_TEST_DECODING_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "forkrpc/testing/fuzz_input.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/wire_limits.h"

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
inline constexpr size_t kMostPieces = 16;

// 1 to 128, then multiples of 64 up to 8,192.
size_t PieceSize(uint8_t octet);

// The plan that stands at the front of `input`: an octet of flags, one that
// says the limit (a power of two minus one, and up to three more), one for how
// many lengths of pieces follow, and these, at most seven.
DecodingPlan TakeDecodingPlan(FuzzInput* input);

void CheckDecoding(const DecodingPlan& plan, absl::string_view stream);

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_TEST_DECODING_H_
