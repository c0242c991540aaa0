// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StreamWriter: the octets of one parent and one child as packets of TCP that
// were never sent, in a capture file.
//
// Sockets of a machine and pipes have no packets. What reads captures knows
// TCP, so here is one that could have been: a handshake, segments with sequence
// and acknowledgement numbers, checksums, a FIN for a half-close, a RST for an
// end that broke off. The parent is 127.0.0.1 at a port from 49152 on, the
// child 127.0.0.1 at `port`. A window is never overrun: acknowledgements
// without octets stand where they are needed, and behind each FIN.
//
// Several streams may go into one file, one StreamWriter each, at the same
// time. One thread for a file and all its streams; 60 octets of memory. Errors
// are those of the file, which are final, and FailedPrecondition for what TCP
// cannot show, such as octets behind a half-close; nothing is written then.
//
//   StreamWriter stream(&file, {});
//   absl::Status status = stream.Open(now);
//   status.Update(stream.Write(Sender::kParent, request, now));
//   status.Update(stream.HalfClose(Sender::kParent, now));

#ifndef TOOLS_CAPTURE_STREAM_WRITER_H_
#define TOOLS_CAPTURE_STREAM_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/pcapng_writer.h"

namespace forkrpc::capture {

struct StreamOptions {
  // Streams of one file have different numbers; the parent's port and address
  // are made of it.
  uint32_t number = 0;
  // The child's.
  uint16_t port = kAsyncPort;
  // Shown beside the first packet: what the stream is.
  std::string comment;
  // Of the SYN of each end; octet N of a direction has this + 1 + N. Wraps.
  uint32_t first_sequence = 0;
  // Octets of a segment at most: 1 to kMaxSegment.
  size_t max_segment = kMaxSegment;
};

// Invariants:
// 1. Each end's `acknowledged` is not beyond what its peer has sent, and not
//    more than kWindow behind it.
// 2. Nothing is written for an end that has sent its FIN but acknowledgements
//    and a RST.
class StreamWriter {
 public:
  // `file` must outlive this object.
  explicit StreamWriter(PcapngWriter* file, StreamOptions options = {})
      : file_(*file), options_(std::move(options)) {}
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  // The handshake: SYN, SYN and ACK, ACK, all of that time. First, and once.
  absl::Status Open(absl::Time when);

  // Octets from `sender`, in as many segments as they need.
  absl::Status Write(Sender sender, absl::string_view octets, absl::Time when);

  // `sender` sends nothing more: FIN, and its acknowledgement. That of both
  // ends the stream.
  absl::Status HalfClose(Sender sender, absl::Time when);

  // `sender` has broken off: RST. Ends the stream.
  absl::Status Reset(Sender sender, absl::Time when);

 private:
  enum class Phase { kNew, kOpen, kEnded };

  struct End {
    uint32_t next = 0;          // the sequence number of what it sends next
    uint32_t acknowledged = 0;  // what it has told that it has
    bool half_closed = false;
  };

  End& end(Sender sender) {
    return sender == Sender::kParent ? parent_ : child_;
  }
  absl::Status CheckMaySend(Sender sender, absl::string_view what);
  // A packet of `sender`, which acknowledges all that its peer has sent.
  absl::Status Packet(Sender sender, uint8_t flags, absl::string_view payload,
                      absl::Time when);

  PcapngWriter& file_;
  const StreamOptions options_;
  Phase phase_ = Phase::kNew;
  End parent_;
  End child_;
};

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_STREAM_WRITER_H_
