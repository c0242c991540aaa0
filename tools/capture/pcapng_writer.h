// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PcapngWriter: a capture file in the format pcapng, one block at a time.
//
// A section header, one interface whose packets are IP without a link layer and
// whose clock counts nanoseconds, then enhanced packet blocks. The sink gets
// whole blocks, so a file that ends between two calls of it is a good one.
// Numbers are little-endian on every machine. One thread; memory is one block,
// at most 64 KiB and some, however long the file. The first error of the sink
// is final: every later call returns it.
//
//   PcapngWriter file([&](absl::string_view block) { return Append(block); });
//   StreamWriter stream(&file, {});
//   absl::Status status = stream.Open(absl::Now());
//
// StreamWriter makes packets of a stream's octets. A packet's time may be
// before that of the packet in front of it.

#ifndef TOOLS_CAPTURE_PCAPNG_WRITER_H_
#define TOOLS_CAPTURE_PCAPNG_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace forkrpc::capture {

struct PcapngOptions {
  static constexpr size_t kWhole = SIZE_MAX;

  // Octets of a packet's payload that are kept; the packet's own length is
  // noted nevertheless. Headers are always kept.
  size_t snap = kWhole;
  // What the file says has written it.
  std::string application = "forkrpc";
};

// Invariant: block_ is empty between calls.
class PcapngWriter {
 public:
  // Writes a whole block; a status that is not OK ends the file.
  using Sink = std::function<absl::Status(absl::string_view block)>;

  explicit PcapngWriter(Sink sink, PcapngOptions options = {})
      : sink_(std::move(sink)), options_(std::move(options)) {}
  PcapngWriter(const PcapngWriter&) = delete;
  PcapngWriter& operator=(const PcapngWriter&) = delete;

  // Writes what stands before the first packet, once. WritePacket() does so by
  // itself; a file without packets needs it.
  absl::Status Begin();

  // InvalidArgument for more than 65,535 octets. `comment` is shown beside the
  // packet; "" is none, and more than 65,535 octets are cut. Times before 1970
  // become 1970.
  absl::Status WritePacket(absl::Time when, absl::string_view headers,
                           absl::string_view payload,
                           absl::string_view comment = "");

 private:
  enum class State { kNew, kBegun, kFailed };

  // Gives the sink block_, with its length in both places, and empties it.
  absl::Status Flush();

  const Sink sink_;
  const PcapngOptions options_;
  State state_ = State::kNew;
  absl::Status error_;  // OK but in kFailed
  std::string block_;
};

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_PCAPNG_WRITER_H_
