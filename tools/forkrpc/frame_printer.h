// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FramePrinter: frames for people to read, or as JSON for programs.
//
// A frame takes memory only for the part of its payload that is shown, or, if
// it is a list of values, for them. One thread. In text, the example of
// spec/wire.md (Forms), of the sync form, is
//
//   >          0  request, 3 octets
//       45 68 69                                         |Ehi|
//   <          0  response with id 1, 2 octets
//       68 69                                            |hi|
//
// with the offset of the frame in its direction.

#ifndef TOOLS_FORKRPC_FRAME_PRINTER_H_
#define TOOLS_FORKRPC_FRAME_PRINTER_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "forkrpc/wire/frame.h"
#include "tools/forkrpc/direction.h"
#include "tools/forkrpc/dump_options.h"
#include "tools/forkrpc/payload_view.h"

namespace forkrpc::cli {

// How a direction ends.
enum class StreamEnd {
  kHalfClose,
  kReset,  // by its sender, for both directions
};

class FramePrinter {
 public:
  // Both must outlive the printer.
  FramePrinter(const DumpOptions& options, std::ostream* out)
      : options_(options),
        out_(out),
        form_(options.form.value_or(Form::kAsync)) {}

  // Names the file in front of its frames.
  void BeginFile(absl::string_view name);

  // The form of the frames that follow; before, that of the options, or async.
  void SetForm(Form form) { form_ = form; }

  // `offset` is where its header starts.
  void Print(Direction direction, uint64_t offset, const FrameView& frame);

  // The direction ends behind its octet `offset`.
  void PrintEnd(Direction direction, uint64_t offset, StreamEnd how);

  // Frames printed that the wire does not allow.
  int64_t bad_frames() const { return bad_frames_; }

 private:
  // "request", "response" or "event".
  absl::string_view KindOf(Direction direction, const FrameView& frame) const;
  // What is wrong with a frame, citing the clause; empty if nothing is.
  std::string Problem(Direction direction, const FrameView& frame,
                      const PayloadView& view) const;
  // "{" and what every object has in front.
  std::string JsonStart(Direction direction, uint64_t offset,
                        absl::string_view kind) const;
  void PrintText(Direction direction, uint64_t offset, const FrameView& frame,
                 const PayloadView& view, absl::string_view problem);
  void PrintJson(Direction direction, uint64_t offset, const FrameView& frame,
                 const PayloadView& view, absl::string_view problem);

  const DumpOptions& options_;
  std::ostream* const out_;
  Form form_;
  std::string file_;  // what JSON calls the file; empty: does not say
  int64_t bad_frames_ = 0;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_FRAME_PRINTER_H_
