// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a stream of frames, cut anywhere: the decoder gives the frames
// that stand there, the right error at the right octet, and holds no more
// memory than it promises. Each frame encodes to the octets that it came from.
//
// The first two octets choose layout, limit and how the decoder is used; the
// third, how many octets follow that say how long the pieces are. The rest is
// the stream; if it ends in a long payload, that is filled up.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/wire/frame_decoder.h"
#include "forkrpc/wire/frame_encoder.h"
#include "tools/fuzzing/fuzz_input.h"

namespace {

using forkrpc::DecodeResult;
using forkrpc::FrameDecoder;
using forkrpc::FrameLayout;
using forkrpc::FrameView;
using forkrpc::Require;

// Beside the buffer: the list of its blocks, and an error's text.
constexpr int64_t kBookkeeping = 4096;

// A longer stream is cut into larger pieces, for speed.
constexpr size_t kLongStream = 10000;

// What is put behind an input that ends in a long payload.
constexpr size_t kMaxFiller = 160000;

std::string Filler() {
  std::string filler(kMaxFiller, '\0');
  for (size_t i = 0; i < filler.size(); ++i) {
    filler[i] = static_cast<char>(i % 251);
  }
  return filler;
}

struct Plan {
  FrameLayout layout;
  size_t max_payload;
  bool append;               // else the pieces are received in place
  bool peek;                 // look at each frame before it is taken
  bool pile_up;              // take frames after every other piece only
  absl::string_view pieces;  // how long, over and over; empty: one piece
};

size_t PieceSize(uint8_t octet) {
  return octet < 128 ? size_t{octet} + 1 : (size_t{octet} - 127) * 64;
}

// The oracle: where the frames are, by looking at the whole stream.
class Reference {
 public:
  Reference(const Plan& plan, absl::string_view stream)
      : plan_(plan), stream_(stream), header_(HeaderSize(plan.layout)) {}

  size_t offset() const { return at_; }

  // Octets of a payload that the stream ends in, if it is a long one.
  size_t Missing() const {
    constexpr size_t kLong = 16000;
    if (left() < header_) return 0;
    const uint64_t length = Number(at_ + header_ - 4);
    if (length < kLong || length > plan_.max_payload) return 0;
    return header_ + length > left() ? header_ + length - left() : 0;
  }

  // The next frame; false if an error or the end of the stream comes first.
  bool Next(FrameView* frame) {
    if (left() < header_) return false;
    const uint64_t length = Number(at_ + header_ - 4);
    if (length > plan_.max_payload || left() < header_ + length) return false;
    frame->id = header_ == 8 ? static_cast<uint32_t>(Number(at_)) : 0;
    frame->payload = stream_.substr(at_ + header_, length);
    at_ += header_ + length;
    return true;
  }

  // What Finish() must say where Next() gives nothing more.
  void Check(const absl::Status& end) const {
    if (left() == 0) return Require(end.ok(), "a whole stream is refused");
    size_t where = at_;
    auto code = absl::StatusCode::kDataLoss;
    if (left() >= header_) {
      if (Number(at_ + header_ - 4) > plan_.max_payload) {
        code = absl::StatusCode::kResourceExhausted;
      } else {
        where += header_;
      }
    }
    Require(end.code() == code, "the end has another code");
    Require(forkrpc::HasNumber(end.message(), "at offset ", where),
            "another offset");
  }

 private:
  size_t left() const { return stream_.size() - at_; }
  uint64_t Number(size_t at) const {
    uint64_t number = 0;
    for (size_t i = at; i < at + 4; ++i) {
      number = number << 8 | static_cast<uint8_t>(stream_[i]);
    }
    return number;
  }

  const Plan& plan_;
  const absl::string_view stream_;
  const size_t header_;
  size_t at_ = 0;
};

void Receive(const Plan& plan, absl::string_view piece, FrameDecoder* decoder) {
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

// Takes what is whole, frame for frame with `reference`.
void TakeFrames(const Plan& plan, FrameDecoder* decoder, Reference* reference) {
  FrameView frame, peeked, expected;
  while (true) {
    const bool has_next = decoder->has_next();
    if (plan.peek) decoder->Peek(&peeked);
    const DecodeResult result = decoder->Next(&frame);
    Require(has_next == (result != DecodeResult::kNeedMore), "has_next()");
    if (result != DecodeResult::kFrame) return;
    Require(!plan.peek || peeked == frame, "Peek() differs from Next()");
    Require(reference->Next(&expected) && frame == expected, "a wrong frame");
    Require(decoder->offset() == reference->offset(), "offset()");
  }
}

void Decode(const Plan& plan, absl::string_view stream) {
  const forkrpc::AllocationCounter memory;
  Reference reference(plan, stream);
  FrameDecoder decoder(plan.layout, forkrpc::WireLimits{plan.max_payload});
  size_t received = 0;
  for (size_t i = 0; received < stream.size(); ++i) {
    const size_t size = plan.pieces.empty()
                            ? stream.size()
                            : PieceSize(static_cast<uint8_t>(
                                  plan.pieces[i % plan.pieces.size()])) *
                                  (stream.size() > kLongStream ? 64 : 1);
    const absl::string_view piece = stream.substr(received, size);
    received += piece.size();
    Receive(plan, piece, &decoder);
    if (plan.pile_up && i % 2 == 0) continue;
    TakeFrames(plan, &decoder, &reference);
  }
  TakeFrames(plan, &decoder, &reference);
  FrameView frame;
  Require(!reference.Next(&frame), "a frame is lost");
  Require(decoder.offset() == reference.offset(), "offset() at the end");
  reference.Check(decoder.Finish());
  Require(!decoder.status().ok() ||
              decoder.offset() + decoder.buffered() == received,
          "octets are lost");
  Require(memory.peak_octets() <=
              static_cast<int64_t>(2 * received + (64 << 10)) + kBookkeeping,
          "more memory than octets received");
}

// What stands in the stream is what the encoder makes of it. Returns how many
// octets are missing of a long payload at the end.
size_t Encode(const Plan& plan, absl::string_view stream) {
  Reference reference(plan, stream);
  FrameView frame;
  char header[forkrpc::kMaxHeaderSize];
  for (size_t at = 0; reference.Next(&frame); at = reference.offset()) {
    const char* const end =
        EncodeHeader(plan.layout, frame.id,
                     static_cast<uint32_t>(frame.payload.size()), header);
    const absl::string_view made(header, static_cast<size_t>(end - header));
    Require(stream.substr(at, made.size()) == made, "another header");
  }
  return reference.Missing();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::FuzzInput input(data, size);
  const uint8_t how = input.TakeOctet();
  const uint8_t limit = input.TakeOctet();
  Plan plan;
  plan.layout = how % 2 == 0 ? FrameLayout::kLength : FrameLayout::kIdAndLength;
  plan.append = (how & 2) != 0;
  plan.peek = (how & 4) != 0;
  plan.pile_up = (how & 8) != 0;
  plan.max_payload = std::min((size_t{1} << (limit % 64 % 33)) - 1 + limit / 64,
                              forkrpc::kMaxPayloadOnWire);
  plan.pieces = input.Take(input.TakeOctet() % 8);
  const absl::string_view rest = input.TakeRest();
  const size_t missing = Encode(plan, rest);
  if (missing == 0) {
    Decode(plan, rest);
    return 0;
  }
  // The receive buffer has larger blocks, which a short input does not come to.
  static const std::string* const filler = new std::string(Filler());
  std::string stream;
  stream.reserve(rest.size() + kMaxFiller);
  stream.append(rest.data(), rest.size());
  stream.append(*filler, 0, missing + (how >> 4));
  Decode(plan, stream);
  return 0;
}
