// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FrameScanner: finds the frames in a stream of octets, however it is cut.
//
// It reads one direction of the wire and hands out headers and pieces of
// payload as they are seen; it keeps at most one unfinished header, so a length
// field costs no memory. It belongs to one thread. It cannot fail: every octet
// string is the beginning of some stream of frames. It shares no code with the
// implementations it helps to judge.
//
//   FrameScanner scanner(Layout::kIdLength);
//   scanner.Scan(octets, [](const FrameScanner::Piece& piece) { ... });

#ifndef CONFORMANCE_RUNNER_WIRE_FRAME_SCANNER_H_
#define CONFORMANCE_RUNNER_WIRE_FRAME_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// What stands before the payload: "N length", or "N id, N length".
enum class Layout { kLength, kIdLength };

constexpr size_t HeaderSize(Layout layout) {
  return layout == Layout::kLength ? 4 : 8;
}

// A header as it was read.
struct FrameHeader {
  uint64_t offset = 0;  // of the header's first octet in the stream
  uint32_t id = 0;      // 0 where the layout has none
  uint32_t length = 0;  // octets of payload announced
};

// Invariants:
// 1. header_have_ < HeaderSize(layout_) unless in_payload_.
// 2. in_payload_ implies payload_have_ < header_.length.
class FrameScanner {
 public:
  // A header was completed (`octets` empty), or payload octets of the frame
  // with that header were seen. `last`: the frame is complete with this piece.
  struct Piece {
    FrameHeader header;
    absl::string_view octets;
    bool is_header;
    bool last;
  };

  explicit FrameScanner(Layout layout) : layout_(layout) {}

  // Scans the next octets of the stream and calls `sink` for each piece.
  void Scan(absl::string_view octets,
            absl::FunctionRef<void(const Piece&)> sink);

  Layout layout() const { return layout_; }
  // Octets scanned since construction.
  uint64_t offset() const { return offset_; }
  // Whether the stream so far ends inside a frame.
  bool inside_frame() const { return in_payload_ || header_have_ > 0; }
  // Whether it ends behind a header and before the end of its payload.
  bool in_payload() const { return in_payload_; }
  // The header of that payload; meaningful if in_payload().
  const FrameHeader& header() const { return header_; }
  // Octets of the unfinished header, or of the unfinished payload.
  size_t header_have() const { return in_payload_ ? 0 : header_have_; }
  uint64_t payload_have() const { return in_payload_ ? payload_have_ : 0; }

 private:
  const Layout layout_;
  uint64_t offset_ = 0;
  unsigned char header_octets_[8] = {};
  size_t header_have_ = 0;
  bool in_payload_ = false;
  FrameHeader header_;
  uint64_t payload_have_ = 0;
};

// The big-endian 32-bit integer in the first four octets of `octets`.
uint32_t ReadU32(const unsigned char* octets);

// Appends `value` as four octets, most significant first.
void AppendU32(uint32_t value, std::string* out);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_WIRE_FRAME_SCANNER_H_
