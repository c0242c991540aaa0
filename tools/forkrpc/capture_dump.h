// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DumpCapture: prints the frames of one stream of a pcapng or pcap file.
//
// The stream is the only one that fits --child-port and --parent-port, or
// --stream. A file that can be read twice is, and if several streams fit the
// error lists them; of a pipe the error comes with the second one. One thread;
// memory is that of capture::StreamReader and of the longest frame.
//
//   absl::Status status = DumpCapture(source, options, &printer, &std::cout);

#ifndef TOOLS_FORKRPC_CAPTURE_DUMP_H_
#define TOOLS_FORKRPC_CAPTURE_DUMP_H_

#include <functional>
#include <ostream>

#include "absl/status/status.h"
#include "tools/capture/octet_source.h"
#include "tools/forkrpc/dump_options.h"
#include "tools/forkrpc/frame_printer.h"

namespace forkrpc::cli {

struct CaptureInput {
  capture::OctetSource::Read read;
  // Begins again; null for what cannot be read twice.
  std::function<absl::Status()> rewind;
};

absl::Status DumpCapture(const CaptureInput& input, const DumpOptions& options,
                         FramePrinter* printer, std::ostream* out);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CAPTURE_DUMP_H_
