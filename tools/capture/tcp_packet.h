// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TcpPacketHeaders: the headers of IPv4 and TCP in front of a segment's octets,
// made up, with lengths and checksums that are right.
//
//   TcpPacket packet;
//   packet.flags = kTcpAck | kTcpPsh;
//   std::string octets = absl::StrCat(TcpPacketHeaders(packet, "hi"), "hi");

#ifndef TOOLS_CAPTURE_TCP_PACKET_H_
#define TOOLS_CAPTURE_TCP_PACKET_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace forkrpc::capture {

// A window is this many octets, which the options of a SYN say.
constexpr uint32_t kWindow = uint32_t{0xffff} << 4;

struct TcpPacket {
  uint32_t from_address = 0;  // 0x7f000001 is 127.0.0.1
  uint32_t to_address = 0;
  uint16_t from_port = 0;
  uint16_t to_port = 0;
  uint32_t sequence = 0;
  uint32_t acknowledged = 0;
  uint8_t flags = 0;
};

// `payload` has at most kMaxSegment octets; they count for the lengths and the
// checksum. 40 octets, or 48 if it is a SYN.
std::string TcpPacketHeaders(const TcpPacket& packet,
                             absl::string_view payload);

// The Internet checksum of `octets` behind others whose sum is `sum`; an odd
// number of octets is taken as if a zero followed. 0 if the octets hold their
// own checksum and it is right.
uint16_t InternetChecksum(absl::string_view octets, uint64_t sum = 0);

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_TCP_PACKET_H_
