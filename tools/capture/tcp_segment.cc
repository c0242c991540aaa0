// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/tcp_segment.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/file_number.h"

namespace forkrpc::capture {
namespace {

constexpr uint32_t kLinkRawOfSomeSystems = 12;
constexpr size_t kNullHeader = 4;
constexpr size_t kEthernetHeader = 14;
constexpr size_t kVlanTag = 4;
constexpr size_t kCookedHeader = 16;
constexpr size_t kCooked2Header = 20;
constexpr size_t kIpv6Header = 40;
constexpr uint16_t kEtherIpv4 = 0x0800;
constexpr uint16_t kEtherIpv6 = 0x86dd;
constexpr uint16_t kEtherVlan[] = {0x8100, 0x88a8, 0x9100};
constexpr int kMostExtensions = 16;
// IPv6's extensions.
constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kRouting = 43;
constexpr uint8_t kFragmentHeader = 44;
constexpr uint8_t kAuthentication = 51;
constexpr uint8_t kDestination = 60;

// Octets of a packet of which the end may not have been captured.
struct Part {
  absl::string_view octets;
  uint64_t length = 0;  // at least that of octets

  void RemovePrefix(size_t size) {
    octets.remove_prefix(std::min(size, octets.size()));
    length -= std::min<uint64_t>(size, length);
  }
  void Limit(uint64_t most) {
    length = std::min(length, most);
    octets = octets.substr(
        0, static_cast<size_t>(std::min<uint64_t>(length, octets.size())));
  }
  uint8_t At(size_t at) const { return static_cast<uint8_t>(octets[at]); }
  uint16_t At16(size_t at) const {
    return Number16(octets.substr(at), ByteOrder::kBig);
  }
  uint32_t At32(size_t at) const {
    return Number32(octets.substr(at), ByteOrder::kBig);
  }
};

Found FromEtherType(uint16_t type) {
  return type == kEtherIpv4 || type == kEtherIpv6 ? Found::kSegment
                                                  : Found::kNotTcp;
}

Found LeaveEthernet(Part* packet) {
  size_t type_at = kEthernetHeader - 2;
  for (;;) {
    if (packet->octets.size() < type_at + 2) return Found::kTooShort;
    const uint16_t type = packet->At16(type_at);
    if (std::find(std::begin(kEtherVlan), std::end(kEtherVlan), type) ==
        std::end(kEtherVlan)) {
      packet->RemovePrefix(type_at + 2);
      return FromEtherType(type);
    }
    type_at += kVlanTag;
  }
}

// Removes a header whose type of what follows stands at `type_at`.
Found LeaveCooked(size_t header, size_t type_at, Part* packet) {
  if (packet->octets.size() < header) return Found::kTooShort;
  const uint16_t type = packet->At16(type_at);
  packet->RemovePrefix(header);
  return FromEtherType(type);
}

// Removes what stands before IP; kSegment if IP follows.
Found LeaveLink(uint32_t link, Part* packet) {
  switch (link) {
    case kLinkRaw:
    case kLinkRawOfSomeSystems:
    case kLinkIpv4:
    case kLinkIpv6:
      return Found::kSegment;
    case kLinkNull:
    case kLinkLoop:
      // The number here is the system's own; IP says its version itself.
      packet->RemovePrefix(kNullHeader);
      return Found::kSegment;
    case kLinkEthernet:
      return LeaveEthernet(packet);
    case kLinkLinuxCooked:
      return LeaveCooked(kCookedHeader, kCookedHeader - 2, packet);
    case kLinkLinuxCooked2:
      return LeaveCooked(kCooked2Header, 0, packet);
    default:
      return Found::kUnknownLink;
  }
}

void TakeAddress(absl::string_view octets, uint8_t version, Endpoint* to) {
  to->version = version;
  std::copy(octets.begin(), octets.end(), to->address.begin());
}

Found LeaveIpv4(Part* packet, TcpSegment* segment) {
  if (packet->octets.size() < kIpv4Header) return Found::kTooShort;
  const size_t header = size_t{packet->At(0)} % 16 * 4;
  // Zero where the network card was to cut a larger packet.
  const uint16_t total = packet->At16(2);
  if (header < kIpv4Header || packet->octets.size() < header ||
      (total != 0 && total < header)) {
    return Found::kTooShort;
  }
  if (packet->At(9) != kIpProtocolTcp) return Found::kNotTcp;
  // More fragments, or not the first one.
  if ((packet->At16(6) & 0x3fff) != 0) return Found::kFragment;
  TakeAddress(packet->octets.substr(12, 4), 4, &segment->from);
  TakeAddress(packet->octets.substr(16, 4), 4, &segment->to);
  if (total != 0) packet->Limit(total);
  packet->RemovePrefix(header);
  return Found::kSegment;
}

// Removes the headers between IPv6's and TCP's.
Found LeaveExtensions(uint8_t next, Part* packet) {
  for (int i = 0; i < kMostExtensions; ++i) {
    if (next == kIpProtocolTcp) return Found::kSegment;
    const bool is_authentication = next == kAuthentication;
    const bool is_fragment = next == kFragmentHeader;
    if (next != kHopByHop && next != kRouting && next != kDestination &&
        !is_authentication && !is_fragment) {
      return Found::kNotTcp;
    }
    if (packet->octets.size() < 8) return Found::kTooShort;
    // A fragment that is the whole packet is none.
    if (is_fragment && (packet->At16(2) & 0xfff9) != 0) {
      return Found::kFragment;
    }
    next = packet->At(0);
    const size_t words = packet->At(1);
    packet->RemovePrefix(is_fragment         ? 8
                         : is_authentication ? (words + 2) * 4
                                             : (words + 1) * 8);
  }
  return Found::kTooShort;
}

Found LeaveIpv6(Part* packet, TcpSegment* segment) {
  if (packet->octets.size() < kIpv6Header) return Found::kTooShort;
  const uint16_t length = packet->At16(4);
  const uint8_t next = packet->At(6);
  TakeAddress(packet->octets.substr(8, 16), 6, &segment->from);
  TakeAddress(packet->octets.substr(24, 16), 6, &segment->to);
  packet->RemovePrefix(kIpv6Header);
  if (length != 0) packet->Limit(length);
  return LeaveExtensions(next, packet);
}

}  // namespace

std::string Endpoint::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(version == 6 ? AF_INET6 : AF_INET, address.data(), text,
            sizeof(text));
  return version == 6 ? absl::StrCat("[", text, "]:", port)
                      : absl::StrCat(text, ":", port);
}

Found FindSegment(const Packet& packet, TcpSegment* segment) {
  Part rest = {packet.octets, packet.length};
  Found found = LeaveLink(packet.link, &rest);
  if (found != Found::kSegment) return found;
  if (rest.octets.empty()) return Found::kTooShort;
  TcpSegment made;
  switch (rest.At(0) >> 4) {
    case 4:
      found = LeaveIpv4(&rest, &made);
      break;
    case 6:
      found = LeaveIpv6(&rest, &made);
      break;
    default:
      return Found::kNotTcp;
  }
  if (found != Found::kSegment) return found;
  if (rest.octets.size() < kTcpHeader) return Found::kTooShort;
  const size_t header = size_t{rest.At(12)} / 16 * 4;
  if (header < kTcpHeader || rest.length < header) return Found::kTooShort;
  made.from.port = rest.At16(0);
  made.to.port = rest.At16(2);
  made.sequence = rest.At32(4);
  made.flags = rest.At(13);
  rest.RemovePrefix(header);
  made.length = rest.length;
  made.octets = rest.octets;
  *segment = made;
  return Found::kSegment;
}

}  // namespace forkrpc::capture
