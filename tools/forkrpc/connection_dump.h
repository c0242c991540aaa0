// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ConnectionDump: the octets of a connection, or of one direction of it,
// printed frame by frame as they come.
//
// One thread. Memory follows the longest frame, at most --max-length. Errors
// name the direction, and what else the octets could be; the first one is the
// last thing to be asked for.
//
//   ConnectionDump dump(options, {InputKind::kHex, Form::kSync}, &printer,
//                       &std::cout);
//   absl::Status status = dump.Add(Direction::kDown, octets);
//   if (status.ok()) status = dump.Finish();

#ifndef TOOLS_FORKRPC_CONNECTION_DUMP_H_
#define TOOLS_FORKRPC_CONNECTION_DUMP_H_

#include <cstddef>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/frame_decoder.h"
#include "tools/forkrpc/direction.h"
#include "tools/forkrpc/dump_options.h"
#include "tools/forkrpc/frame_printer.h"
#include "tools/forkrpc/input_kind.h"

namespace forkrpc::cli {

class ConnectionDump {
 public:
  // Where the octets come from, which says what may be wrong with them.
  struct Origin {
    InputKind kind;
    Form form;
  };

  // The pointers and `options` must outlive this object.
  ConnectionDump(const DumpOptions& options, Origin origin,
                 FramePrinter* printer, std::ostream* out);

  absl::Status Add(Direction direction, absl::string_view octets);

  // The same without a copy: space to be filled, then how much was.
  absl::Span<char> Prepare(Direction direction) {
    return decoder(direction).PrepareReceive();
  }
  absl::Status Commit(Direction direction, size_t size);

  // The direction ends here, which is printed.
  absl::Status End(Direction direction, StreamEnd how);

  // There are no more octets: an error if a frame is not whole.
  absl::Status Finish(Direction direction);
  absl::Status Finish();

 private:
  FrameDecoder& decoder(Direction direction) {
    return direction == Direction::kDown ? down_ : up_;
  }
  // Prints the frames that are whole.
  absl::Status PrintFrames(Direction direction);
  // `status` with the direction it is about and what else the octets could be:
  // if no frame was seen at all, and where it depends on the form, which no
  // octets say and may be found wrong late.
  absl::Status Explain(Direction direction, const absl::Status& status);
  std::string Hint(Direction direction);

  const Origin origin_;
  FramePrinter* const printer_;
  std::ostream* const out_;
  FrameDecoder down_;
  FrameDecoder up_;
  bool looks_like_text_ = false;
  bool is_first_ = true;  // nothing has come yet
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CONNECTION_DUMP_H_
