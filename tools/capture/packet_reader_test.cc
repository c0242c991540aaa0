// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/packet_reader.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tools/capture/test_source.h"

namespace forkrpc::capture {
namespace {

std::string Hex(absl::string_view digits) {
  return absl::HexStringToBytes(digits);
}

TEST(PacketReaderTest, TheFormatIsTold) {
  EXPECT_EQ(FormatOf(Hex("0a0d0d0a1c0000004d3c2b1a")), CaptureFormat::kPcapng);
  EXPECT_EQ(FormatOf(Hex("0a0d0d0a0000001c1a2b3c4d")), CaptureFormat::kPcapng);
  for (const char* magic : {"a1b2c3d400020004", "a1b23c4d00020004",
                            "d4c3b2a102000400", "4d3cb2a102000400"}) {
    EXPECT_EQ(FormatOf(Hex(magic) + "abcd"), CaptureFormat::kPcap);
    EXPECT_EQ(FormatOf(Hex(magic)), CaptureFormat::kNone);
  }
  EXPECT_EQ(FormatOf(Hex("0a0d0d0a1c0000004d3c2b1b")), CaptureFormat::kNone);
  EXPECT_EQ(FormatOf(Hex("a1b2c3d402000400") + "abcd"), CaptureFormat::kNone);
}

TEST(PacketReaderTest, WhatIsNoCaptureSaysWhatToDo) {
  const auto open = [](const std::string& octets) {
    OctetSource source(ReadFrom(octets));
    return OpenCapture(&source).status();
  };
  EXPECT_EQ(open("").message(), "the file is empty: no capture");
  EXPECT_EQ(open("\x1f\x8b and on").message(),
            "the file is compressed: decompress it first");
  EXPECT_EQ(open("GET / HTTP/1.1\r\n"),
            absl::InvalidArgumentError(
                "this is no capture, neither pcapng nor pcap; editcap makes "
                "one of other formats"));
}

}  // namespace
}  // namespace forkrpc::capture
