// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WireFrames: the frames that went over a wire between two testees, whole.
//
// It hands on what it is told to another witness. For who must find out which
// of the two changed a payload. Keeps at most kMostKept octets of each way, the
// first ones. One thread.
//
//   WireFrames frames(ASYNC, &observer);
//   Passage passage(std::move(parent), std::move(child), &frames);

#ifndef CONFORMANCE_INTEROP_WIRE_FRAMES_H_
#define CONFORMANCE_INTEROP_WIRE_FRAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "conformance/runner/wire/frame_scanner.h"
#include "conformance/runner/wire/wire_log.h"
#include "conformance/tap/passage.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

struct WireFrame {
  uint32_t id;
  std::string payload;
};

class WireFrames : public WireWitness {
 public:
  static constexpr size_t kMostKept = size_t{16} << 20;

  // `next` must outlive this.
  WireFrames(Form form, WireWitness* next)
      : next_(*next),
        requests_(LayoutTo(CHILD, form)),
        answers_(LayoutTo(PARENT, form)) {}

  void Moved(Toward toward, absl::string_view octets) override {
    (toward == Toward::kChild ? requests_ : answers_).Take(octets);
    next_.Moved(toward, octets);
  }
  void Ended(Toward toward) override {
    (toward == Toward::kChild ? requests_ : answers_).ended = true;
    next_.Ended(toward);
  }
  void Lost(Toward toward) override { next_.Lost(toward); }

  // Of the parent; and the responses and events of the child.
  const std::vector<WireFrame>& requests() const { return requests_.frames; }
  const std::vector<WireFrame>& answers() const { return answers_.frames; }
  // Whether that way of the stream has been ended.
  bool parent_ended() const { return requests_.ended; }
  bool child_ended() const { return answers_.ended; }

 private:
  struct Way {
    explicit Way(Layout layout) : scanner(layout) {}
    void Take(absl::string_view octets) {
      if (scanner.offset() > kMostKept) return;
      scanner.Scan(octets, [this](const FrameScanner::Piece& piece) {
        payload.append(piece.octets.data(), piece.octets.size());
        if (!piece.last) return;
        frames.push_back({piece.header.id, std::move(payload)});
        payload.clear();
      });
    }

    FrameScanner scanner;
    std::string payload;  // of the frame that is arriving
    std::vector<WireFrame> frames;
    bool ended = false;
  };

  WireWitness& next_;
  Way requests_;
  Way answers_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_INTEROP_WIRE_FRAMES_H_
