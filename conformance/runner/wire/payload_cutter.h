// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PayloadCutter: leaves out of a stream most of each payload.
//
// Headers are kept, and of each payload so many octets as are wanted: what a
// log needs, and what may be shown to others. However the stream is cut into
// chunks, the same octets are kept. One thread; constant memory.
//
//   PayloadCutter cutter(Layout::kIdLength, /*snap=*/16);
//   cutter.Cut(octets, [](absl::string_view kept, uint64_t cut) { ... });

#ifndef CONFORMANCE_RUNNER_WIRE_PAYLOAD_CUTTER_H_
#define CONFORMANCE_RUNNER_WIRE_PAYLOAD_CUTTER_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {

class PayloadCutter {
 public:
  PayloadCutter(Layout layout, uint64_t snap) : scanner_(layout), snap_(snap) {}

  // Calls `sink` with octets that are kept and with the number of those behind
  // them that are not, so often that all of `octets` is accounted for.
  void Cut(absl::string_view octets,
           absl::FunctionRef<void(absl::string_view, uint64_t)> sink);

 private:
  FrameScanner scanner_;
  const uint64_t snap_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_WIRE_PAYLOAD_CUTTER_H_
