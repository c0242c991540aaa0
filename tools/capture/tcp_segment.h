// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TcpSegment: what TCP says in a captured packet, found behind the headers of
// its link and of IPv4 or IPv6.
//
// Links are those that captures of a machine's own traffic have, as
// capture_format.h lists them. Checksums are not looked at: a machine that
// leaves them to its network card captures wrong ones. Pure functions; any
// octets may be given.
//
//   TcpSegment segment;
//   if (FindSegment(packet, &segment) == Found::kSegment) Use(segment);

#ifndef TOOLS_CAPTURE_TCP_SEGMENT_H_
#define TOOLS_CAPTURE_TCP_SEGMENT_H_

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include "absl/strings/string_view.h"
#include "tools/capture/packet_reader.h"

namespace forkrpc::capture {

struct Endpoint {
  uint8_t version = 4;                // of IP
  std::array<uint8_t, 16> address{};  // of IPv4 the first four
  uint16_t port = 0;

  // "127.0.0.1:80" or "[::1]:80".
  std::string ToString() const;

  friend bool operator<(const Endpoint& a, const Endpoint& b) {
    return std::tie(a.version, a.address, a.port) <
           std::tie(b.version, b.address, b.port);
  }
  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return std::tie(a.version, a.address, a.port) ==
           std::tie(b.version, b.address, b.port);
  }
};

struct TcpSegment {
  Endpoint from;
  Endpoint to;
  uint32_t sequence = 0;
  uint8_t flags = 0;
  uint64_t length = 0;  // of the octets that it carried
  // As many of them as were captured; a part of the packet's.
  absl::string_view octets;
};

// What a packet is.
enum class Found {
  kSegment,
  kNotTcp,
  kFragment,  // of an IP packet: those are not put together
  kTooShort,  // the headers are not all there, or make no sense
  kUnknownLink,
};

// Sets `segment` only if it returns kSegment.
Found FindSegment(const Packet& packet, TcpSegment* segment);

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_TCP_SEGMENT_H_
