// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StreamReader: the TCP streams of a capture, each with who is parent and who
// child, and the octets of those that are wanted.
//
// Streams are numbered from 0 by their first packets, as Wireshark's field
// tcp.stream numbers them. Who has opened the stream is the parent, unless a
// port says otherwise. One thread. Memory is 600 octets for each stream, which
// may be kMostStreams, and SegmentQueue's for each that is wanted. Any segments
// may be given. Errors are the listener's, and ResourceExhausted.
//
//   StreamReader streams({}, &listener);
//   TcpSegment segment;
//   if (FindSegment(packet, &segment) == Found::kSegment) {
//     absl::Status status = streams.Add(segment);
//   }
//   absl::Status status = streams.Finish();

#ifndef TOOLS_CAPTURE_STREAM_READER_H_
#define TOOLS_CAPTURE_STREAM_READER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/segment_queue.h"
#include "tools/capture/tcp_segment.h"

namespace forkrpc::capture {

struct StreamReaderOptions {
  // The child is the end with this port, whoever has opened the stream.
  std::optional<uint16_t> child_port;
  // The parent is; where a child connects to its parent.
  std::optional<uint16_t> parent_port;
};

// How it is known which end is the parent.
enum class Known {
  kByPort,
  kByOpening,
  kNot,  // the capture lacks the opening: the first sender is called parent
};

struct StreamInfo {
  uint32_t number = 0;
  Endpoint parent;
  Endpoint child;
  Known known = Known::kNot;
  // Whether it has the ports of the options; true if these name none.
  bool matches = true;
  // The octets that each end has sent, so far as the capture tells.
  uint64_t parent_octets = 0;
  uint64_t child_octets = 0;
};

class StreamListener {
 public:
  virtual ~StreamListener() = default;

  // A stream begins. True if its octets are wanted; then the others follow.
  virtual absl::StatusOr<bool> OnStream(const StreamInfo& stream) = 0;
  // As in DirectionListener.
  virtual absl::Status OnOctets(const StreamInfo& stream, Sender sender,
                                absl::string_view octets) = 0;
  virtual absl::Status OnGap(const StreamInfo& stream, Sender sender,
                             uint64_t offset, uint64_t length, Missing why) = 0;
  virtual absl::Status OnHalfClose(const StreamInfo& stream, Sender sender) = 0;
  // `sender` has broken the stream off: nothing more of either end is looked
  // at.
  virtual absl::Status OnReset(const StreamInfo& stream, Sender sender) = 0;
};

class StreamReader {
 public:
  static constexpr size_t kMostStreams = 65536;

  // `listener` must outlive this object.
  StreamReader(StreamReaderOptions options, StreamListener* listener)
      : options_(options), listener_(*listener) {}

  absl::Status Add(const TcpSegment& segment);

  // The capture has ended.
  absl::Status Finish();

  // All streams so far, by their numbers.
  std::vector<StreamInfo> streams() const;

 private:
  enum class Phase { kOpen, kReset };

  // One end's numbers: octet N has the sequence number first + N.
  struct Numbers {
    bool started = false;
    uint32_t first = 0;
    uint64_t furthest = 0;  // behind the last octet seen

    int64_t OffsetOf(uint32_t sequence) const;
  };

  struct Stream {
    StreamInfo info;
    bool wanted = false;
    Phase phase = Phase::kOpen;
    Numbers parent_numbers;
    Numbers child_numbers;
    SegmentQueue parent_queue;
    SegmentQueue child_queue;
  };

  using Ends = std::pair<Endpoint, Endpoint>;  // the lesser first

  // The stream of a segment, which may begin with it.
  absl::StatusOr<Stream*> StreamOf(const TcpSegment& segment);
  absl::StatusOr<Stream*> Begin(const TcpSegment& segment);
  // Says who is parent.
  void Name(const TcpSegment& segment, StreamInfo* info) const;
  absl::Status Take(const TcpSegment& segment, Sender sender, Stream* stream);
  absl::Status TakeReset(Sender sender, Stream* stream);
  // Nothing more comes of the stream: names the gaps.
  absl::Status FinishStream(Stream* stream);

  const StreamReaderOptions options_;
  StreamListener& listener_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::map<Ends, Stream*> latest_;  // of each pair of ends
};

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_STREAM_READER_H_
