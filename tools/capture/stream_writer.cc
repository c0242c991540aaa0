// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/stream_writer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/capture/tcp_packet.h"

namespace forkrpc::capture {
namespace {

constexpr uint32_t kLoopback = 0x7f000001;
// The ports that are for such use; the parents of further streams are at
// further addresses of the loopback network.
constexpr uint32_t kFirstPort = 49152;
constexpr uint32_t kPorts = 65536 - kFirstPort;

absl::string_view Name(Sender sender) {
  return sender == Sender::kParent ? "parent" : "child";
}

}  // namespace

absl::Status StreamWriter::Open(absl::Time when) {
  if (phase_ != Phase::kNew) {
    return absl::FailedPreconditionError("the stream is open already");
  }
  phase_ = Phase::kOpen;
  parent_.next = child_.next = options_.first_sequence;
  absl::Status status = Packet(Sender::kParent, kTcpSyn, "", when);
  status.Update(Packet(Sender::kChild, kTcpSyn | kTcpAck, "", when));
  status.Update(Packet(Sender::kParent, kTcpAck, "", when));
  return status;
}

absl::Status StreamWriter::Write(Sender sender, absl::string_view octets,
                                 absl::Time when) {
  if (octets.empty()) return absl::OkStatus();
  const absl::Status may = CheckMaySend(sender, "octets");
  if (!may.ok()) return may;
  const size_t most = std::clamp(options_.max_segment, size_t{1}, kMaxSegment);
  while (!octets.empty()) {
    const absl::string_view segment = octets.substr(0, most);
    octets.remove_prefix(segment.size());
    const uint32_t behind =
        end(sender).next + static_cast<uint32_t>(segment.size());
    if (behind - end(Other(sender)).acknowledged > kWindow) {
      const absl::Status status = Packet(Other(sender), kTcpAck, "", when);
      if (!status.ok()) return status;
    }
    const absl::Status status =
        Packet(sender, kTcpAck | kTcpPsh, segment, when);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StreamWriter::HalfClose(Sender sender, absl::Time when) {
  const absl::Status may = CheckMaySend(sender, "a half-close");
  if (!may.ok()) return may;
  end(sender).half_closed = true;
  if (end(Other(sender)).half_closed) phase_ = Phase::kEnded;
  absl::Status status = Packet(sender, kTcpFin | kTcpAck, "", when);
  status.Update(Packet(Other(sender), kTcpAck, "", when));
  return status;
}

absl::Status StreamWriter::Reset(Sender sender, absl::Time when) {
  if (phase_ != Phase::kOpen) {
    return absl::FailedPreconditionError(
        absl::StrCat("a reset by the ", Name(sender),
                     " outside the stream cannot be written"));
  }
  phase_ = Phase::kEnded;
  return Packet(sender, kTcpRst | kTcpAck, "", when);
}

absl::Status StreamWriter::CheckMaySend(Sender sender, absl::string_view what) {
  if (phase_ == Phase::kOpen && !end(sender).half_closed) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(what, " of the ", Name(sender), " cannot be written: ",
                   phase_ == Phase::kNew     ? "the stream is not open"
                   : end(sender).half_closed ? "it has half-closed"
                                             : "the stream has ended"));
}

absl::Status StreamWriter::Packet(Sender sender, uint8_t flags,
                                  absl::string_view payload, absl::Time when) {
  const uint32_t parent_address = kLoopback + options_.number / kPorts;
  const auto parent_port =
      static_cast<uint16_t>(kFirstPort + options_.number % kPorts);
  const bool down = sender == Sender::kParent;
  End& from = end(sender);
  if ((flags & kTcpAck) != 0) from.acknowledged = end(Other(sender)).next;
  TcpPacket packet;
  packet.from_address = down ? parent_address : kLoopback;
  packet.to_address = down ? kLoopback : parent_address;
  packet.from_port = down ? parent_port : options_.port;
  packet.to_port = down ? options_.port : parent_port;
  packet.sequence = from.next;
  packet.acknowledged = from.acknowledged;
  packet.flags = flags;
  // SYN and FIN each count as an octet.
  from.next += static_cast<uint32_t>(payload.size()) +
               ((flags & (kTcpSyn | kTcpFin)) != 0 ? 1 : 0);
  return file_.WritePacket(when, TcpPacketHeaders(packet, payload), payload,
                           flags == kTcpSyn ? options_.comment : "");
}

}  // namespace forkrpc::capture
