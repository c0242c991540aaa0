// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/test_decoding.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/wire/decoding_model.h"
#include "forkrpc/wire/frame_decoder.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {
namespace {

// Beside the buffer: the list of its blocks, and an error's text.
constexpr int64_t kBookkeeping = 4096;

// `frame` encodes to the octets that it came from.
void CheckEncoding(FrameLayout layout, const FrameView& frame,
                   absl::string_view octets) {
  char header[kMaxHeaderSize];
  const char* const end = EncodeHeader(
      layout, frame.id, static_cast<uint32_t>(frame.payload.size()), header);
  const absl::string_view made(header, static_cast<size_t>(end - header));
  Require(octets.substr(0, made.size()) == made, "another header");
}

// Invariant: of stream_, received_ octets have been given to decoder_.
class Decoding {
 public:
  Decoding(const DecodingPlan& plan, absl::string_view stream)
      : plan_(plan),
        stream_(stream),
        model_(plan.layout, plan.max_payload, stream),
        decoder_(plan.layout, WireLimits{plan.max_payload}) {}

  void Run() {
    for (size_t i = 0; received_ < stream_.size(); ++i) {
      Receive(SizeOfPiece(i));
      if (plan_.pile_up && i % 2 == 0) continue;
      TakeFrames();
    }
    TakeFrames();
    FrameView frame;
    Require(!model_.Next(&frame), "a frame is lost");
    CheckEnd();
  }

 private:
  size_t SizeOfPiece(size_t i) const {
    const size_t left = stream_.size() - received_;
    if (plan_.pieces.empty() || i + 1 >= kMostPieces) return left;
    const char octet = plan_.pieces[i % plan_.pieces.size()];
    return std::min(left,
                    PieceSize(static_cast<uint8_t>(octet)) * plan_.piece_unit);
  }

  void Receive(size_t size) {
    absl::string_view piece = stream_.substr(received_, size);
    if (plan_.append) {
      decoder_.Append(piece);
      received_ += size;
      return CheckMemory();
    }
    while (!piece.empty()) {
      const absl::Span<char> space = decoder_.PrepareReceive();
      CheckMemory();
      Require(space.empty() == !decoder_.status().ok(), "no space");
      // After an error it is all the same.
      const size_t n =
          space.empty() ? piece.size() : std::min(space.size(), piece.size());
      if (!space.empty()) {
        std::copy_n(piece.data(), n, space.data());
        decoder_.CommitReceive(n);
      }
      received_ += n;
      piece.remove_prefix(n);
    }
  }

  // Takes what is whole, frame for frame with the model.
  void TakeFrames() {
    FrameView frame, peeked, expected;
    std::optional<FrameView> first, first_expected;
    while (true) {
      const size_t before = model_.offset();
      const bool has_next = decoder_.has_next();
      if (plan_.peek) decoder_.Peek(&peeked);
      const DecodeResult result = decoder_.Next(&frame);
      Require(has_next == (result != DecodeResult::kNeedMore), "has_next()");
      if (result != DecodeResult::kFrame) break;
      Require(!plan_.peek || peeked == frame, "Peek() differs from Next()");
      Require(model_.Next(&expected) && frame == expected, "a wrong frame");
      CheckEncoding(plan_.layout, frame, stream_.substr(before));
      Require(decoder_.offset() == model_.offset(), "offset()");
      if (!first.has_value()) {
        first = frame;
        first_expected = expected;
      }
    }
    // Views stay until octets are received.
    Require(first == first_expected, "a view does not stay");
    CheckMemory();
  }

  void CheckEnd() const {
    Require(decoder_.offset() == model_.offset(), "offset() at the end");
    Require(!decoder_.status().ok() ||
                decoder_.offset() + decoder_.buffered() == received_,
            "octets are lost");
    const absl::Status end = decoder_.Finish();
    Require(end.code() == model_.end().code, "the end has another code");
    Require(
        end.ok() || HasNumber(end.message(), "at offset ", model_.end().offset),
        "another offset");
  }

  // The peak so far, against the octets received so far.
  void CheckMemory() const {
    Require(memory_.peak_octets() <=
                static_cast<int64_t>(2 * received_ + (64 << 10)) + kBookkeeping,
            "more memory than octets received");
  }

  const AllocationCounter memory_;
  const DecodingPlan& plan_;
  const absl::string_view stream_;
  DecodingModel model_;
  FrameDecoder decoder_;
  size_t received_ = 0;
};

}  // namespace

size_t PieceSize(uint8_t octet) {
  return octet < 128 ? size_t{octet} + 1 : (size_t{octet} - 127) * 64;
}

DecodingPlan TakeDecodingPlan(FuzzInput* input) {
  const uint8_t how = input->TakeOctet();
  const uint8_t limit = input->TakeOctet();
  DecodingPlan plan;
  plan.layout = how % 2 == 0 ? FrameLayout::kLength : FrameLayout::kIdAndLength;
  plan.append = (how & 2) != 0;
  plan.peek = (how & 4) != 0;
  plan.pile_up = (how & 8) != 0;
  plan.max_payload = std::min((size_t{1} << (limit % 64 % 33)) - 1 + limit / 64,
                              kMaxPayloadOnWire);
  plan.pieces = input->Take(input->TakeOctet() % 8);
  return plan;
}

void CheckDecoding(const DecodingPlan& plan, absl::string_view stream) {
  Decoding(plan, stream).Run();
}

}  // namespace forkrpc
