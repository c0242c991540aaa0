// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What writers and readers of captures both must know: numbers of pcapng, IPv4
// and TCP, and which of the two ends has sent something.

#ifndef TOOLS_CAPTURE_CAPTURE_FORMAT_H_
#define TOOLS_CAPTURE_CAPTURE_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace forkrpc::capture {

// The parent is whoever opens the stream: TCP's client.
enum class Sender { kParent, kChild };

inline Sender Other(Sender sender) {
  return sender == Sender::kParent ? Sender::kChild : Sender::kParent;
}

// The child's port, which tells the reader of a capture the form of the wire,
// as the octets do not. "fr" is 26226, which nobody has registered; the port
// behind it is for the sync form. tools/wireshark/forkrpc.lua has the same two
// as its defaults.
constexpr uint16_t kAsyncPort = 26226;
constexpr uint16_t kSyncPort = 26227;

// Of pcapng, each followed by its total length.
constexpr uint32_t kSectionHeaderBlock = 0x0A0D0D0A;
constexpr uint32_t kInterfaceBlock = 1;
constexpr uint32_t kOldPacketBlock = 2;
constexpr uint32_t kSimplePacketBlock = 3;
constexpr uint32_t kEnhancedPacketBlock = 6;
constexpr uint32_t kByteOrderMagic = 0x1A2B3C4D;

// The link types that are read; the first one is written.
constexpr uint16_t kLinkRaw = 101;
constexpr uint16_t kLinkNull = 0;
constexpr uint16_t kLinkEthernet = 1;
constexpr uint16_t kLinkLoop = 108;
constexpr uint16_t kLinkLinuxCooked = 113;
constexpr uint16_t kLinkIpv4 = 228;
constexpr uint16_t kLinkIpv6 = 229;
constexpr uint16_t kLinkLinuxCooked2 = 276;

constexpr uint8_t kTcpFin = 0x01;
constexpr uint8_t kTcpSyn = 0x02;
constexpr uint8_t kTcpRst = 0x04;
constexpr uint8_t kTcpPsh = 0x08;
constexpr uint8_t kTcpAck = 0x10;

constexpr uint8_t kIpProtocolTcp = 6;
constexpr size_t kIpv4Header = 20;
constexpr size_t kTcpHeader = 20;
// An IPv4 packet has at most 65,535 octets, its headers counted.
constexpr size_t kMaxSegment = 65535 - kIpv4Header - kTcpHeader;

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_CAPTURE_FORMAT_H_
