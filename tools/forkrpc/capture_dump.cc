// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/capture_dump.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/packet_reader.h"
#include "tools/capture/stream_reader.h"
#include "tools/capture/tcp_segment.h"
#include "tools/forkrpc/connection_dump.h"
#include "tools/forkrpc/direction.h"

namespace forkrpc::cli {
namespace {

using capture::Found;
using capture::Known;
using capture::Missing;
using capture::Sender;
using capture::StreamInfo;

constexpr size_t kMostListed = 20;

Direction DirectionOf(Sender sender) {
  return sender == Sender::kParent ? Direction::kDown : Direction::kUp;
}

capture::StreamReaderOptions PortsOf(const DumpOptions& options) {
  return {options.child_port, options.parent_port};
}

// What else than segments a capture has.
struct Others {
  uint64_t packets = 0;  // all of them
  uint64_t not_tcp = 0;
  uint64_t fragments = 0;
  uint64_t too_short = 0;
  uint64_t unknown_link = 0;
  uint32_t link = 0;  // one that is not known
};

// Gives every segment to `streams`.
absl::Status ReadSegments(const CaptureInput& input,
                          capture::StreamReader* streams, Others* others) {
  capture::OctetSource source(input.read);
  const absl::StatusOr<std::unique_ptr<capture::PacketReader>> reader =
      capture::OpenCapture(&source);
  if (!reader.ok()) return reader.status();
  capture::Packet packet;
  for (;;) {
    const absl::StatusOr<bool> more = (*reader)->Next(&packet);
    if (!more.ok()) return more.status();
    if (!*more) return streams->Finish();
    ++others->packets;
    capture::TcpSegment segment;
    absl::Status status;
    switch (capture::FindSegment(packet, &segment)) {
      case Found::kSegment:
        status = streams->Add(segment);
        break;
      case Found::kNotTcp:
        ++others->not_tcp;
        break;
      case Found::kFragment:
        ++others->fragments;
        break;
      case Found::kTooShort:
        ++others->too_short;
        break;
      case Found::kUnknownLink:
        ++others->unknown_link;
        others->link = packet.link;
        break;
    }
    if (!status.ok()) return status;
  }
}

absl::Status NoStream(const Others& others) {
  std::string why =
      absl::StrCat("no TCP stream in ", others.packets, " packets");
  const auto add = [&](uint64_t count, absl::string_view what) {
    if (count > 0) absl::StrAppend(&why, ", ", count, " ", what);
  };
  add(others.not_tcp, "of other protocols");
  add(others.fragments, "fragments of IP");
  add(others.too_short, "cut or malformed");
  add(others.unknown_link,
      absl::StrCat("of link type ", others.link, ", which is not known"));
  return absl::InvalidArgumentError(why);
}

std::string Describe(const StreamInfo& stream) {
  return absl::StrCat(stream.parent.ToString(), " to ",
                      stream.child.ToString());
}

// Streams that nobody has chosen from, one to a line.
absl::Status SeveralStreams(const std::vector<StreamInfo>& streams) {
  std::string list = absl::StrCat("several streams, choose one by --stream=N:");
  size_t listed = 0;
  size_t left_out = 0;
  for (const StreamInfo& stream : streams) {
    if (!stream.matches) continue;
    if (listed == kMostListed) {
      ++left_out;
      continue;
    }
    ++listed;
    absl::StrAppend(&list, "\n  ", stream.number, "  ", Describe(stream), "  ",
                    stream.parent_octets, " and ", stream.child_octets,
                    " octets");
  }
  if (left_out > 0) absl::StrAppend(&list, "\n  and ", left_out, " more");
  return absl::InvalidArgumentError(list);
}

// Wants no stream: for the list.
class Lister : public capture::StreamListener {
 public:
  absl::StatusOr<bool> OnStream(const StreamInfo& /*stream*/) override {
    return false;
  }
  absl::Status OnOctets(const StreamInfo& /*stream*/, Sender /*sender*/,
                        absl::string_view /*octets*/) override {
    return absl::OkStatus();
  }
  absl::Status OnGap(const StreamInfo& /*stream*/, Sender /*sender*/,
                     uint64_t /*offset*/, uint64_t /*length*/,
                     Missing /*why*/) override {
    return absl::OkStatus();
  }
  absl::Status OnHalfClose(const StreamInfo& /*stream*/,
                           Sender /*sender*/) override {
    return absl::OkStatus();
  }
  absl::Status OnReset(const StreamInfo& /*stream*/,
                       Sender /*sender*/) override {
    return absl::OkStatus();
  }
};

// Dumps the stream `wanted`, or else the only one that matches.
class Dumper : public capture::StreamListener {
 public:
  Dumper(const DumpOptions& options, std::optional<uint32_t> wanted,
         FramePrinter* printer, std::ostream* out)
      : options_(options), wanted_(wanted), printer_(printer), out_(out) {}

  absl::StatusOr<bool> OnStream(const StreamInfo& stream) override {
    if (wanted_ ? stream.number != *wanted_ : !stream.matches) return false;
    if (dump_.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("several streams, choose one by --stream=N; ",
                       stream.number, " is ", Describe(stream)));
    }
    if (stream.known == Known::kNot) {
      return absl::InvalidArgumentError(
          absl::StrCat("stream ", stream.number,
                       " lacks its opening, so which end is the "
                       "parent is not known: say --child-port=",
                       stream.child.port, " or ", stream.parent.port));
    }
    const Form by_port = stream.child.port == capture::kSyncPort ||
                                 stream.parent.port == capture::kSyncPort
                             ? Form::kSync
                             : Form::kAsync;
    dump_.emplace(options_,
                  ConnectionDump::Origin{InputKind::kCapture,
                                         options_.form.value_or(by_port)},
                  printer_, out_);
    return true;
  }
  absl::Status OnOctets(const StreamInfo& /*stream*/, Sender sender,
                        absl::string_view octets) override {
    return dump_->Add(DirectionOf(sender), octets);
  }
  absl::Status OnGap(const StreamInfo& /*stream*/, Sender sender,
                     uint64_t offset, uint64_t length, Missing why) override {
    return absl::DataLossError(absl::StrCat(
        sender == Sender::kParent ? "parent to child: " : "child to parent: ",
        length, " octets at offset ", offset, " are not in the capture",
        why == Missing::kCut
            ? ", which cuts packets: capture with a larger snap length"
            : "; what follows cannot be read"));
  }
  absl::Status OnHalfClose(const StreamInfo& /*stream*/,
                           Sender sender) override {
    return dump_->End(DirectionOf(sender), StreamEnd::kHalfClose);
  }
  absl::Status OnReset(const StreamInfo& /*stream*/, Sender sender) override {
    return dump_->End(DirectionOf(sender), StreamEnd::kReset);
  }

  // OK if a stream was found and its octets are whole frames.
  absl::Status Finish() {
    if (dump_.has_value()) return dump_->Finish();
    return absl::InvalidArgumentError(
        wanted_ ? absl::StrCat("there is no stream ", *wanted_)
                : "no stream has these ports");
  }

 private:
  const DumpOptions& options_;
  const std::optional<uint32_t> wanted_;
  FramePrinter* const printer_;
  std::ostream* const out_;
  std::optional<ConnectionDump> dump_;
};

// InvalidArgument with a list if several streams match.
absl::Status CheckOneMatches(const CaptureInput& input,
                             const DumpOptions& options) {
  Lister lister;
  capture::StreamReader streams(PortsOf(options), &lister);
  Others others;
  // What is wrong with the file is said behind the frames in front of it.
  ReadSegments(input, &streams, &others).IgnoreError();
  const std::vector<StreamInfo> all = streams.streams();
  const auto matching =
      std::count_if(all.begin(), all.end(),
                    [](const StreamInfo& stream) { return stream.matches; });
  if (matching > 1) return SeveralStreams(all);
  return input.rewind();
}

}  // namespace

absl::Status DumpCapture(const CaptureInput& input, const DumpOptions& options,
                         FramePrinter* printer, std::ostream* out) {
  if (!options.stream && input.rewind != nullptr) {
    const absl::Status one = CheckOneMatches(input, options);
    if (!one.ok()) return one;
  }
  Dumper dumper(options, options.stream, printer, out);
  capture::StreamReader streams(PortsOf(options), &dumper);
  Others others;
  const absl::Status status = ReadSegments(input, &streams, &others);
  if (!status.ok()) return status;
  return streams.streams().empty() ? NoStream(others) : dumper.Finish();
}

}  // namespace forkrpc::cli
