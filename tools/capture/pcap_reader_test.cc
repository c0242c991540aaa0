// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/pcap_reader.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/capture/test_source.h"

namespace forkrpc::capture {
namespace {

using ::testing::ElementsAre;

struct Outcome {
  std::vector<std::string> packets;
  absl::Status status;
};

Outcome ReadAll(absl::string_view file, size_t piece = SIZE_MAX) {
  OctetSource source(ReadFrom(file, piece));
  PcapReader reader(&source);
  Packet packet;
  Outcome outcome;
  for (;;) {
    const absl::StatusOr<bool> more = reader.Next(&packet);
    outcome.status = more.status();
    if (!more.ok() || !*more) break;
    outcome.packets.push_back(absl::StrCat(packet.number, " at ", packet.offset,
                                           " link ", packet.link, " ",
                                           packet.octets, "/", packet.length));
  }
  EXPECT_EQ(reader.Next(&packet).status(), outcome.status) << "not final";
  return outcome;
}

// The same file, in both orders, with either unit of time.
const char* const kFiles[] = {
    "a1b2c3d400020004000000000000000000040000f0000065"
    "01010101020202020000000300000005616263"
    "01010101020202020000000100000001"
    "64",
    "4d3cb2a1020004000000000000000000000004006500"
    "00f0"
    "01010101020202020300000005000000616263"
    "01010101020202020100000001000000"
    "64",
};

TEST(PcapReaderTest, PacketsInEitherOrder) {
  for (const char* digits : kFiles) {
    const std::string file = absl::HexStringToBytes(digits);
    for (size_t piece = 1; piece < 40; ++piece) {
      const Outcome outcome = ReadAll(file, piece);
      EXPECT_EQ(outcome.status, absl::OkStatus());
      EXPECT_THAT(outcome.packets, ElementsAre("1 at 24 link 101 abc/5",
                                               "2 at 43 link 101 d/1"));
    }
  }
}

TEST(PcapReaderTest, AFileThatEndsInsideAPacket) {
  const std::string file = absl::HexStringToBytes(kFiles[0]);
  for (size_t size = 0; size < file.size(); ++size) {
    const absl::Status status = ReadAll(file.substr(0, size)).status;
    if (size == 24 || size == 43) {
      EXPECT_EQ(status, absl::OkStatus());
    } else {
      EXPECT_EQ(status, absl::DataLossError(
                            size < 24 ? "the file ends inside its header"
                                      : absl::StrCat("the file ends inside the "
                                                     "packet at offset ",
                                                     size < 43 ? 24 : 43)));
    }
  }
}

TEST(PcapReaderTest, WhatIsBroken) {
  std::string file = absl::HexStringToBytes(kFiles[0]);
  file[32] = 1;
  EXPECT_EQ(ReadAll(file).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadAll(file).status.message(),
            "the packet at offset 24 has 16777219 octets, beyond the limit of "
            "16777216");
  file[0] = 1;
  EXPECT_EQ(ReadAll(file).status.message(), "this is no pcap file");
}

}  // namespace
}  // namespace forkrpc::capture
