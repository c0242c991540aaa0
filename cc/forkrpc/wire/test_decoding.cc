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

void Receive(const DecodingPlan& plan, absl::string_view piece,
             FrameDecoder* decoder) {
  if (plan.append) return decoder->Append(piece);
  while (!piece.empty()) {
    const absl::Span<char> space = decoder->PrepareReceive();
    Require(space.empty() == !decoder->status().ok(), "no space");
    if (space.empty()) return;
    const size_t n = std::min(space.size(), piece.size());
    std::copy_n(piece.data(), n, space.data());
    decoder->CommitReceive(n);
    piece.remove_prefix(n);
  }
}

// `frame` encodes to the octets that it came from.
void CheckEncoding(FrameLayout layout, const FrameView& frame,
                   absl::string_view octets) {
  char header[kMaxHeaderSize];
  const char* const end = EncodeHeader(
      layout, frame.id, static_cast<uint32_t>(frame.payload.size()), header);
  const absl::string_view made(header, static_cast<size_t>(end - header));
  Require(octets.substr(0, made.size()) == made, "another header");
}

// Takes what is whole, frame for frame with `model`.
void TakeFrames(const DecodingPlan& plan, absl::string_view stream,
                FrameDecoder* decoder, DecodingModel* model) {
  FrameView frame, peeked, expected;
  std::optional<FrameView> first, first_expected;
  while (true) {
    const size_t before = model->offset();
    const bool has_next = decoder->has_next();
    if (plan.peek) decoder->Peek(&peeked);
    const DecodeResult result = decoder->Next(&frame);
    Require(has_next == (result != DecodeResult::kNeedMore), "has_next()");
    if (result != DecodeResult::kFrame) break;
    Require(!plan.peek || peeked == frame, "Peek() differs from Next()");
    Require(model->Next(&expected) && frame == expected, "a wrong frame");
    CheckEncoding(plan.layout, frame, stream.substr(before));
    Require(decoder->offset() == model->offset(), "offset()");
    if (!first.has_value()) {
      first = frame;
      first_expected = expected;
    }
  }
  // Views stay until octets are received.
  Require(first == first_expected, "a view does not stay");
}

void CheckEnd(const DecodingModel::End& expected, const absl::Status& end) {
  Require(end.code() == expected.code, "the end has another code");
  Require(end.ok() || HasNumber(end.message(), "at offset ", expected.offset),
          "another offset");
}

// The size of piece number `i` of a stream of which `left` octets are left.
size_t SizeOfPiece(const DecodingPlan& plan, size_t i, size_t left) {
  if (plan.pieces.empty() || i + 1 >= kMostPieces) return left;
  const char octet = plan.pieces[i % plan.pieces.size()];
  return std::min(left,
                  PieceSize(static_cast<uint8_t>(octet)) * plan.piece_unit);
}

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
  const AllocationCounter memory;
  DecodingModel model(plan.layout, plan.max_payload, stream);
  FrameDecoder decoder(plan.layout, WireLimits{plan.max_payload});
  size_t received = 0;
  for (size_t i = 0; received < stream.size(); ++i) {
    const absl::string_view piece =
        stream.substr(received, SizeOfPiece(plan, i, stream.size() - received));
    received += piece.size();
    Receive(plan, piece, &decoder);
    if (plan.pile_up && i % 2 == 0) continue;
    TakeFrames(plan, stream, &decoder, &model);
  }
  TakeFrames(plan, stream, &decoder, &model);
  FrameView frame;
  Require(!model.Next(&frame), "a frame is lost");
  Require(decoder.offset() == model.offset(), "offset() at the end");
  CheckEnd(model.end(), decoder.Finish());
  Require(!decoder.status().ok() ||
              decoder.offset() + decoder.buffered() == received,
          "octets are lost");
  Require(memory.peak_octets() <=
              static_cast<int64_t>(2 * received + (64 << 10)) + kBookkeeping,
          "more memory than octets received");
}

}  // namespace forkrpc
