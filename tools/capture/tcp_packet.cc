// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/tcp_packet.h"

#include <arpa/inet.h>
#include <string.h>

#include "tools/capture/capture_format.h"

namespace forkrpc::capture {
namespace {

// In a SYN: the largest segment, and that windows count in units of 16.
constexpr absl::string_view kSynOptions("\x02\x04\xff\xd7\x01\x03\x03\x04", 8);
constexpr uint16_t kWindowField = kWindow >> 4;
constexpr uint16_t kDoNotFragment = 0x4000;
constexpr uint8_t kTimeToLive = 64;

constexpr size_t kIpChecksumAt = 10;
constexpr size_t kTcpChecksumAt = kIpv4Header + 16;

void Append16(uint16_t number, std::string* to) {
  to->push_back(static_cast<char>(number >> 8));
  to->push_back(static_cast<char>(number & 0xff));
}

void Append32(uint32_t number, std::string* to) {
  Append16(static_cast<uint16_t>(number >> 16), to);
  Append16(static_cast<uint16_t>(number & 0xffff), to);
}

void Put16(uint16_t number, size_t at, std::string* octets) {
  (*octets)[at] = static_cast<char>(number >> 8);
  (*octets)[at + 1] = static_cast<char>(number & 0xff);
}

// The sum of the octets as numbers of 16 bits in the machine's own order; the
// Internet checksum is the same in either order.
uint64_t Sum(absl::string_view octets, uint64_t sum) {
  // Four octets at a time into 64 bits: no carry is lost below 16 GiB.
  while (octets.size() >= 4) {
    uint32_t part;
    memcpy(&part, octets.data(), 4);
    sum += part;
    octets.remove_prefix(4);
  }
  uint32_t rest = 0;
  memcpy(&rest, octets.data(), octets.size());
  return sum + rest;
}

uint16_t Fold(uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return ntohs(static_cast<uint16_t>(~sum & 0xffff));
}

}  // namespace

uint16_t InternetChecksum(absl::string_view octets, uint64_t sum) {
  return Fold(Sum(octets, sum));
}

std::string TcpPacketHeaders(const TcpPacket& packet,
                             absl::string_view payload) {
  const absl::string_view options =
      (packet.flags & kTcpSyn) != 0 ? kSynOptions : absl::string_view();
  const size_t tcp_header = kTcpHeader + options.size();
  std::string headers;
  headers.reserve(kIpv4Header + tcp_header);
  Append16(0x4500, &headers);  // version 4, a header of 5 words
  Append16(static_cast<uint16_t>(kIpv4Header + tcp_header + payload.size()),
           &headers);
  Append16(0, &headers);
  Append16(kDoNotFragment, &headers);
  Append16(kTimeToLive << 8 | kIpProtocolTcp, &headers);
  Append16(0, &headers);
  Append32(packet.from_address, &headers);
  Append32(packet.to_address, &headers);
  Put16(InternetChecksum(headers), kIpChecksumAt, &headers);

  Append16(packet.from_port, &headers);
  Append16(packet.to_port, &headers);
  Append32(packet.sequence, &headers);
  Append32(packet.acknowledged, &headers);
  Append16(static_cast<uint16_t>(tcp_header / 4 << 12 | packet.flags),
           &headers);
  // The window of a SYN is not scaled, but any will do there.
  Append16(kWindowField, &headers);
  Append32(0, &headers);
  headers.append(options.data(), options.size());

  // TCP's checksum counts both addresses, the protocol and the length, too.
  std::string counted(headers, 12, 8);
  Append16(kIpProtocolTcp, &counted);
  Append16(static_cast<uint16_t>(tcp_header + payload.size()), &counted);
  uint64_t sum = Sum(counted, 0);
  sum = Sum(absl::string_view(headers).substr(kIpv4Header), sum);
  Put16(InternetChecksum(payload, sum), kTcpChecksumAt, &headers);
  return headers;
}

}  // namespace forkrpc::capture
