// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a capture file: what is read of it does not depend on how the
// file comes in pieces, each direction is octets and gaps without a hole
// between them up to one end, no more octets come than the file has, and an
// error is one line.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/capture/packet_reader.h"
#include "tools/capture/require.h"
#include "tools/capture/stream_reader.h"
#include "tools/capture/tcp_segment.h"
#include "tools/capture/test_source.h"

namespace {

using forkrpc::capture::Found;
using forkrpc::capture::Missing;
using forkrpc::capture::OctetSource;
using forkrpc::capture::OpenCapture;
using forkrpc::capture::Packet;
using forkrpc::capture::PacketReader;
using forkrpc::capture::ReadFrom;
using forkrpc::capture::Require;
using forkrpc::capture::Sender;
using forkrpc::capture::StreamInfo;
using forkrpc::capture::StreamListener;
using forkrpc::capture::StreamReader;
using forkrpc::capture::TcpSegment;

// Writes down what is told, and that it fits together.
class Log : public StreamListener {
 public:
  absl::StatusOr<bool> OnStream(const StreamInfo& stream) override {
    Require(stream.number == streams_++, "a stream out of its order");
    absl::StrAppend(&text_, "stream ", stream.parent.ToString(), " ",
                    stream.child.ToString(), "\n");
    return true;
  }
  absl::Status OnOctets(const StreamInfo& stream, Sender sender,
                        absl::string_view octets) override {
    Require(!octets.empty(), "no octets");
    Advance(stream, sender, octets.size());
    octets_ += octets.size();
    absl::StrAppend(&text_, octets, "\n");
    return absl::OkStatus();
  }
  absl::Status OnGap(const StreamInfo& stream, Sender sender, uint64_t offset,
                     uint64_t length, Missing why) override {
    Require(length > 0, "a gap of nothing");
    Require(offset == next_[{stream.number, sender}], "a gap elsewhere");
    Advance(stream, sender, length);
    absl::StrAppend(&text_, "gap ", offset, " ", length, " ",
                    why == Missing::kCut, "\n");
    return absl::OkStatus();
  }
  absl::Status OnHalfClose(const StreamInfo& stream, Sender sender) override {
    Require(half_closed_.insert({stream.number, sender}).second,
            "two ends of a direction");
    absl::StrAppend(&text_, "end ", stream.number, "\n");
    return absl::OkStatus();
  }
  absl::Status OnReset(const StreamInfo& stream, Sender /*sender*/) override {
    Require(reset_.insert(stream.number).second, "two resets of a stream");
    absl::StrAppend(&text_, "reset ", stream.number, "\n");
    return absl::OkStatus();
  }

  std::string text_;
  size_t octets_ = 0;

 private:
  void Advance(const StreamInfo& stream, Sender sender, uint64_t length) {
    Require(reset_.count(stream.number) == 0, "octets behind a reset");
    next_[{stream.number, sender}] += length;
  }

  uint32_t streams_ = 0;
  std::map<std::pair<uint32_t, Sender>, uint64_t> next_;
  std::set<std::pair<uint32_t, Sender>> half_closed_;
  std::set<uint32_t> reset_;
};

absl::Status ReadAll(OctetSource* source, Log* log) {
  const absl::StatusOr<std::unique_ptr<PacketReader>> reader =
      OpenCapture(source);
  if (!reader.ok()) return reader.status();
  StreamReader streams({}, log);
  Packet packet;
  for (uint64_t number = 1;; ++number) {
    const absl::StatusOr<bool> more = (*reader)->Next(&packet);
    if (!more.ok()) return more.status();
    if (!*more) return streams.Finish();
    Require(packet.number == number, "packets are counted otherwise");
    Require(packet.octets.size() <= packet.length, "more octets than sent");
    TcpSegment segment;
    if (FindSegment(packet, &segment) != Found::kSegment) continue;
    Require(segment.octets.size() <= segment.length, "a longer segment");
    const absl::Status status = streams.Add(segment);
    if (!status.ok()) return status;
  }
}

std::string Read(absl::string_view file, size_t piece) {
  OctetSource source(ReadFrom(file, piece));
  Log log;
  const absl::Status status = ReadAll(&source, &log);
  Require(log.octets_ <= file.size(), "more octets than the file has");
  Require(source.offset() <= file.size(), "read behind the end");
  Require(status.message().find('\n') == absl::string_view::npos,
          "an error of several lines");
  return absl::StrCat(log.text_, status.ToString());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view file(reinterpret_cast<const char*>(data), size);
  const std::string whole = Read(file, SIZE_MAX);
  Require(Read(file, 1) == whole, "read otherwise octet by octet");
  Require(Read(file, 7) == whole, "read otherwise in pieces");
  return 0;
}
