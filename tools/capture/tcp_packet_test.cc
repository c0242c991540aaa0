// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/tcp_packet.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tools/capture/capture_format.h"

namespace forkrpc::capture {
namespace {

TcpPacket Example() {
  TcpPacket packet;
  packet.from_address = 0x7f000001;
  packet.to_address = 0x7f000001;
  packet.from_port = 49152;
  packet.to_port = kAsyncPort;
  packet.sequence = 0x01020304;
  packet.acknowledged = 0xfffffffe;
  packet.flags = kTcpAck | kTcpPsh;
  return packet;
}

// Word by word, as the standard says it.
uint16_t PlainChecksum(std::string octets) {
  if (octets.size() % 2 != 0) octets += '\0';
  uint32_t sum = 0;
  for (size_t i = 0; i < octets.size(); i += 2) {
    sum += static_cast<uint8_t>(octets[i]) << 8 |
           static_cast<uint8_t>(octets[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(~sum & 0xffff);
}

TEST(TcpPacketTest, TheOctetsOfOne) {
  // The checksums are those that tshark finds right.
  EXPECT_EQ(absl::BytesToHexString(TcpPacketHeaders(Example(), "hi")),
            "4500002a000040004006"
            "3ccc"
            "7f0000017f000001"
            "c00066720102030"
            "4fffffffe5018ffff"
            "1ee7"
            "0000");
}

TEST(TcpPacketTest, ASynSaysItsSegmentsAndWindow) {
  TcpPacket packet = Example();
  packet.flags = kTcpSyn;
  const std::string headers = TcpPacketHeaders(packet, "");
  EXPECT_EQ(headers.size(), 48u);
  EXPECT_EQ(absl::BytesToHexString(headers.substr(32, 2)), "7002");
  EXPECT_EQ(absl::BytesToHexString(headers.substr(40)), "0204ffd701030304");
}

// Both checksums are right if the sum over what they count is.
TEST(TcpPacketTest, ChecksumsForEveryLength) {
  std::string payload;
  for (size_t length = 0; length < 300; ++length) {
    const std::string headers = TcpPacketHeaders(Example(), payload);
    EXPECT_EQ(PlainChecksum(headers.substr(0, 20)), 0);
    const auto size = static_cast<uint16_t>(20 + length);
    const std::string counted = absl::StrCat(
        headers.substr(12, 8), std::string("\0\6", 2),
        std::string{static_cast<char>(size >> 8), static_cast<char>(size)},
        headers.substr(20), payload);
    EXPECT_EQ(PlainChecksum(counted), 0) << length;
    payload += static_cast<char>(0x80 + length * 7);
  }
}

TEST(TcpPacketTest, TheChecksumOfALongOne) {
  std::string payload(kMaxSegment, '\xff');
  for (size_t i = 0; i < payload.size(); i += 3) {
    payload[i] = static_cast<char>(i);
  }
  EXPECT_EQ(InternetChecksum(payload), PlainChecksum(payload));
  const std::string headers = TcpPacketHeaders(Example(), payload);
  EXPECT_EQ(headers.substr(2, 2), "\xff\xff");
}

}  // namespace
}  // namespace forkrpc::capture
