// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/tcp_segment.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/tcp_packet.h"

namespace forkrpc::capture {
namespace {

std::string Hex(absl::string_view digits) {
  return absl::HexStringToBytes(digits);
}

std::string Ipv4(absl::string_view payload, uint8_t flags = kTcpAck) {
  TcpPacket packet;
  packet.from_address = 0x7f000001;
  packet.to_address = 0x7f000102;
  packet.from_port = 1;
  packet.to_port = 65535;
  packet.sequence = 0x01020304;
  packet.flags = flags;
  return absl::StrCat(TcpPacketHeaders(packet, payload), payload);
}

// IPv6 whose first extension, or TCP, is of the kind `next`; `rest` is what
// stands behind its own header.
std::string Ipv6(uint8_t next, absl::string_view rest) {
  return absl::StrCat(
      Hex("60000000"),
      std::string{static_cast<char>(rest.size() >> 8),
                  static_cast<char>(rest.size()), static_cast<char>(next), 64},
      Hex("00000000000000000000000000000001"),
      Hex("fe80000000000000000000000000000a"), rest);
}

std::string Tcp(absl::string_view payload) {
  return Ipv4(payload).substr(kIpv4Header);
}

Packet Captured(uint32_t link, absl::string_view octets) {
  Packet packet;
  packet.link = link;
  packet.octets = octets;
  packet.length = octets.size();
  return packet;
}

// What is found, as text.
std::string Find(const Packet& packet) {
  TcpSegment segment;
  switch (FindSegment(packet, &segment)) {
    case Found::kSegment:
      return absl::StrCat(segment.from.ToString(), " ", segment.to.ToString(),
                          " ", absl::Hex(segment.sequence), " ",
                          absl::Hex(segment.flags), " ", segment.octets, "/",
                          segment.length);
    case Found::kNotTcp:
      return "not TCP";
    case Found::kFragment:
      return "fragment";
    case Found::kTooShort:
      return "too short";
    case Found::kUnknownLink:
      return "unknown link";
  }
  return "";
}

std::string Find(uint32_t link, absl::string_view octets) {
  return Find(Captured(link, octets));
}

constexpr char kAbc[] = "127.0.0.1:1 127.0.1.2:65535 1020304 10 abc/3";
constexpr char kAbc6[] = "[::1]:1 [fe80::a]:65535 1020304 10 abc/3";

TEST(TcpSegmentTest, BehindEachLink) {
  const std::string v4 = Ipv4("abc");
  const std::string v6 = Ipv6(kIpProtocolTcp, Tcp("abc"));
  for (const uint32_t link : {kLinkRaw, uint16_t{12}}) {
    EXPECT_EQ(Find(link, v4), kAbc);
    EXPECT_EQ(Find(link, v6), kAbc6);
  }
  EXPECT_EQ(Find(kLinkIpv4, v4), kAbc);
  EXPECT_EQ(Find(kLinkIpv6, v6), kAbc6);
  EXPECT_EQ(Find(kLinkNull, Hex("02000000") + v4), kAbc);
  EXPECT_EQ(Find(kLinkNull, Hex("0000001e") + v6), kAbc6);
  EXPECT_EQ(Find(kLinkLoop, Hex("00000002") + v4), kAbc);
  const std::string cooked = Hex("0000030400060000000000000000");
  EXPECT_EQ(Find(kLinkLinuxCooked, cooked + Hex("0800") + v4), kAbc);
  EXPECT_EQ(Find(kLinkLinuxCooked, cooked + Hex("86dd") + v6), kAbc6);
  const std::string cooked2 = Hex("000000000001030400060000000000000000");
  EXPECT_EQ(Find(kLinkLinuxCooked2, Hex("0800") + cooked2 + v4), kAbc);
  EXPECT_EQ(Find(kLinkLinuxCooked2, Hex("86dd") + cooked2 + v6), kAbc6);
  const std::string addresses(12, '\0');
  EXPECT_EQ(Find(kLinkEthernet, addresses + Hex("0800") + v4), kAbc);
  EXPECT_EQ(Find(kLinkEthernet, addresses + Hex("86dd") + v6), kAbc6);
  EXPECT_EQ(Find(kLinkEthernet, addresses +
                                    Hex("88a8000181000002"
                                        "0800") +
                                    v4),
            kAbc);
  // What fills a short packet of Ethernet up is no part of it.
  EXPECT_EQ(Find(kLinkEthernet, addresses + Hex("0800") + v4 + "\0\0\0"), kAbc);
  EXPECT_EQ(Find(kLinkEthernet, addresses + Hex("0806") + v4), "not TCP");
  EXPECT_EQ(Find(147, v4), "unknown link");
}

TEST(TcpSegmentTest, OptionsAreNoOctets) {
  EXPECT_EQ(Find(kLinkRaw, Ipv4("", kTcpSyn)),
            "127.0.0.1:1 127.0.1.2:65535 1020304 2 /0");
  std::string options = Ipv4("\1\1\1\1abc");
  options[0] = 0x46;  // IP's own: the first four octets of TCP are its ports
  EXPECT_EQ(Find(kLinkRaw,
                 options.substr(0, 20) + Hex("01010101") + options.substr(20)),
            "127.0.0.1:1 127.0.1.2:65535 1020304 10 \1\1\1/3");
}

TEST(TcpSegmentTest, ASegmentCutByTheCapture) {
  const std::string octets = Ipv4("abc");
  Packet packet = Captured(kLinkRaw, octets);
  for (size_t size = 0; size < octets.size(); ++size) {
    packet.octets = absl::string_view(octets).substr(0, size);
    EXPECT_EQ(Find(packet),
              size < 40 ? "too short"
                        : absl::StrCat(
                              "127.0.0.1:1 127.0.1.2:65535 1020304 10 ",
                              std::string("abc").substr(0, size - 40), "/3"));
  }
}

TEST(TcpSegmentTest, ALengthOfZeroIsThatOfThePacket) {
  std::string v4 = Ipv4("abc");
  v4[2] = v4[3] = 0;
  EXPECT_EQ(Find(kLinkRaw, v4), kAbc);
  std::string v6 = Ipv6(kIpProtocolTcp, Tcp("abc"));
  v6[4] = v6[5] = 0;
  EXPECT_EQ(Find(kLinkRaw, v6), kAbc6);
}

TEST(TcpSegmentTest, WhatIsNoSegment) {
  std::string octets = Ipv4("abc");
  octets[9] = 17;
  EXPECT_EQ(Find(kLinkRaw, octets), "not TCP");
  octets = Ipv4("abc");
  octets[0] = 0x55;
  EXPECT_EQ(Find(kLinkRaw, octets), "not TCP");
  octets[0] = 0x44;
  EXPECT_EQ(Find(kLinkRaw, octets), "too short");
  octets = Ipv4("abc");
  octets[3] = 19;
  EXPECT_EQ(Find(kLinkRaw, octets), "too short");
  octets[3] = 39;
  EXPECT_EQ(Find(kLinkRaw, octets), "too short");
  for (const auto& [at, value] : {std::pair(6, 0x20), std::pair(7, 1)}) {
    octets = Ipv4("abc");
    octets[static_cast<size_t>(at)] = static_cast<char>(value);
    EXPECT_EQ(Find(kLinkRaw, octets), "fragment");
  }
  octets = Ipv4("abc");
  octets[32] = 0x40;  // TCP's header of four words
  EXPECT_EQ(Find(kLinkRaw, octets), "too short");
  octets[32] = '\xf0';
  EXPECT_EQ(Find(kLinkRaw, octets), "too short");
}

TEST(TcpSegmentTest, ExtensionsOfIpv6) {
  const std::string tcp = Tcp("abc");
  EXPECT_EQ(Find(kLinkRaw, Ipv6(0, Hex("2b000000000000000601000000000000"
                                       "0000000000000000") +
                                       tcp)),
            kAbc6);
  EXPECT_EQ(Find(kLinkRaw, Ipv6(51, Hex("060100000000000000000000") + tcp)),
            kAbc6);
  EXPECT_EQ(Find(kLinkRaw, Ipv6(44, Hex("0600000000000001") + tcp)), kAbc6);
  EXPECT_EQ(Find(kLinkRaw, Ipv6(44, Hex("0600000100000001") + tcp)),
            "fragment");
  EXPECT_EQ(Find(kLinkRaw, Ipv6(44, Hex("0600000800000001") + tcp)),
            "fragment");
  EXPECT_EQ(Find(kLinkRaw, Ipv6(58, tcp)), "not TCP");
  EXPECT_EQ(Find(kLinkRaw, Ipv6(0, Hex("06ff000000000000") + tcp)),
            "too short");
  std::string many;
  for (int i = 0; i < 20; ++i) many += Hex("0000000000000000");
  EXPECT_EQ(Find(kLinkRaw, Ipv6(0, many)), "too short");
}

}  // namespace
}  // namespace forkrpc::capture
