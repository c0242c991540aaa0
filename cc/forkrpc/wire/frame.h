// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The shape of frames: forms, layouts, header sizes and the ids with a meaning.
//
// Constants and plain values only. See spec/wire.md (Frames).

#ifndef FORKRPC_WIRE_FRAME_H_
#define FORKRPC_WIRE_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/strings/string_view.h"

namespace forkrpc {

// How requests are framed and answered. Agreed out of band: it cannot be seen
// on the wire.
enum class Form {
  kSync,   // requests without id, answered in order
  kAsync,  // requests with id, answered in any order
};

// What stands in a header, in this order, each an unsigned 32-bit big-endian
// integer. The length counts the payload only.
enum class FrameLayout {
  kLength,       // length: requests of the sync form
  kIdAndLength,  // id, length: everything else
};

// An event has this id, and nothing else has.
//= spec/wire.md#FR-EVT-001
inline constexpr uint32_t kEventId = 0;

// The id in every response of the sync form.
//= spec/wire.md#FR-SID-005
inline constexpr uint32_t kSyncResponseId = 1;

// The longest payload that a header can announce.
inline constexpr size_t kMaxPayloadOnWire =
    std::numeric_limits<uint32_t>::max();

// The longest header of any layout.
inline constexpr size_t kMaxHeaderSize = 8;

constexpr size_t HeaderSize(FrameLayout layout) {
  return layout == FrameLayout::kLength ? 4 : 8;
}

// Parent to child.
//= spec/wire.md#FR-FRM-001
//= spec/wire.md#FR-FRM-002
constexpr FrameLayout RequestLayout(Form form) {
  return form == Form::kSync ? FrameLayout::kLength : FrameLayout::kIdAndLength;
}

// Child to parent, both forms.
//= spec/wire.md#FR-FRM-003
inline constexpr FrameLayout kResponseLayout = FrameLayout::kIdAndLength;

// A frame whose payload stands in somebody else's memory.
struct FrameView {
  uint32_t id = 0;  // 0 where the layout has none
  absl::string_view payload;
};

inline bool operator==(const FrameView& a, const FrameView& b) {
  return a.id == b.id && a.payload == b.payload;
}

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_FRAME_H_
