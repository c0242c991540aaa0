// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/stream_reader.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::capture {
namespace {

// Tells the listener of a stream what one direction of it says.
class OneDirection : public DirectionListener {
 public:
  OneDirection(const StreamInfo& stream, Sender sender,
               StreamListener* listener)
      : stream_(stream), sender_(sender), listener_(*listener) {}

  absl::Status OnOctets(absl::string_view octets) override {
    return listener_.OnOctets(stream_, sender_, octets);
  }
  absl::Status OnGap(uint64_t offset, uint64_t length, Missing why) override {
    return listener_.OnGap(stream_, sender_, offset, length, why);
  }
  absl::Status OnHalfClose() override {
    return listener_.OnHalfClose(stream_, sender_);
  }

 private:
  const StreamInfo& stream_;
  const Sender sender_;
  StreamListener& listener_;
};

}  // namespace

int64_t StreamReader::Numbers::OffsetOf(uint32_t sequence) const {
  // The one of all numbers that end so which is nearest to the furthest.
  const auto apart = static_cast<int32_t>(
      sequence - (first + static_cast<uint32_t>(furthest)));
  return static_cast<int64_t>(furthest) + apart;
}

absl::Status StreamReader::Add(const TcpSegment& segment) {
  const absl::StatusOr<Stream*> stream = StreamOf(segment);
  if (!stream.ok()) return stream.status();
  const Sender sender =
      segment.from == (*stream)->info.parent ? Sender::kParent : Sender::kChild;
  return Take(segment, sender, *stream);
}

absl::StatusOr<StreamReader::Stream*> StreamReader::StreamOf(
    const TcpSegment& segment) {
  const Ends ends = std::minmax(segment.from, segment.to);
  const auto found = latest_.find(ends);
  if (found != latest_.end()) {
    Stream* const stream = found->second;
    const bool opens = (segment.flags & (kTcpSyn | kTcpAck)) == kTcpSyn;
    const Numbers& numbers = segment.from == stream->info.parent
                                 ? stream->parent_numbers
                                 : stream->child_numbers;
    // A SYN that was sent again has the same number.
    if (!opens || (numbers.started && numbers.first == segment.sequence + 1)) {
      return stream;
    }
  }
  absl::StatusOr<Stream*> begun = Begin(segment);
  if (begun.ok()) latest_[ends] = *begun;
  return begun;
}

absl::StatusOr<StreamReader::Stream*> StreamReader::Begin(
    const TcpSegment& segment) {
  if (streams_.size() == kMostStreams) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the capture has more TCP streams than the limit of ",
                     kMostStreams, ": take those that matter out of it first"));
  }
  auto stream = absl::make_unique<Stream>();
  stream->info.number = static_cast<uint32_t>(streams_.size());
  Name(segment, &stream->info);
  const absl::StatusOr<bool> wanted = listener_.OnStream(stream->info);
  if (!wanted.ok()) return wanted.status();
  stream->wanted = *wanted;
  streams_.push_back(std::move(stream));
  return streams_.back().get();
}

void StreamReader::Name(const TcpSegment& segment, StreamInfo* info) const {
  info->parent = segment.from;
  info->child = segment.to;
  if ((segment.flags & kTcpSyn) != 0) {
    info->known = Known::kByOpening;
    if ((segment.flags & kTcpAck) != 0) std::swap(info->parent, info->child);
  }
  const auto fits = [&] {
    return (!options_.child_port || *options_.child_port == info->child.port) &&
           (!options_.parent_port ||
            *options_.parent_port == info->parent.port);
  };
  if (!options_.child_port && !options_.parent_port) return;
  info->matches = fits();
  if (!info->matches) {
    std::swap(info->parent, info->child);
    info->matches = fits();
    if (!info->matches) std::swap(info->parent, info->child);
  }
  if (info->matches && info->parent.port != info->child.port) {
    info->known = Known::kByPort;
  }
}

absl::Status StreamReader::Take(const TcpSegment& segment, Sender sender,
                                Stream* stream) {
  if (stream->phase == Phase::kReset) return absl::OkStatus();
  const bool down = sender == Sender::kParent;
  Numbers& numbers = down ? stream->parent_numbers : stream->child_numbers;
  // A SYN counts as the octet before the first one.
  const uint32_t sequence =
      segment.sequence + ((segment.flags & kTcpSyn) != 0 ? 1 : 0);
  const bool resets = (segment.flags & kTcpRst) != 0;
  if (!numbers.started && !resets) {
    numbers.started = true;
    numbers.first = sequence;
  }
  // The octets of a reset are no part of the stream.
  const uint64_t length = resets ? 0 : segment.length;
  const int64_t offset = numbers.OffsetOf(sequence);
  const int64_t behind = offset + static_cast<int64_t>(length);
  // A FIN counts as an octet, but is none: what acknowledges later is behind
  // it.
  if (length > 0 && behind > static_cast<int64_t>(numbers.furthest)) {
    numbers.furthest = static_cast<uint64_t>(behind);
    (down ? stream->info.parent_octets : stream->info.child_octets) =
        numbers.furthest;
  }
  if (!stream->wanted) {
    if (resets) stream->phase = Phase::kReset;
    return absl::OkStatus();
  }
  if (resets) return TakeReset(sender, stream);
  SegmentQueue& queue = down ? stream->parent_queue : stream->child_queue;
  OneDirection direction(stream->info, sender, &listener_);
  absl::Status status;
  if (length > 0) {
    status = queue.Add(offset, segment.octets, length, &direction);
  }
  if (status.ok() && (segment.flags & kTcpFin) != 0) {
    status = queue.AddEnd(behind, &direction);
  }
  return status;
}

absl::Status StreamReader::TakeReset(Sender sender, Stream* stream) {
  stream->phase = Phase::kReset;
  const absl::Status status = FinishStream(stream);
  return status.ok() ? listener_.OnReset(stream->info, sender) : status;
}

absl::Status StreamReader::FinishStream(Stream* stream) {
  OneDirection down(stream->info, Sender::kParent, &listener_);
  OneDirection up(stream->info, Sender::kChild, &listener_);
  const absl::Status status = stream->parent_queue.Finish(&down);
  return status.ok() ? stream->child_queue.Finish(&up) : status;
}

absl::Status StreamReader::Finish() {
  for (const std::unique_ptr<Stream>& stream : streams_) {
    if (!stream->wanted || stream->phase == Phase::kReset) continue;
    const absl::Status status = FinishStream(stream.get());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::vector<StreamInfo> StreamReader::streams() const {
  std::vector<StreamInfo> all;
  all.reserve(streams_.size());
  for (const std::unique_ptr<Stream>& stream : streams_) {
    all.push_back(stream->info);
  }
  return all;
}

}  // namespace forkrpc::capture
