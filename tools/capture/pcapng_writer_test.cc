// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/pcapng_writer.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forkrpc::capture {
namespace {

// Keeps each block, in hex.
class PcapngWriterTest : public ::testing::Test {
 protected:
  PcapngWriter::Sink Keep() {
    return [this](absl::string_view block) {
      blocks_.push_back(absl::BytesToHexString(block));
      return absl::OkStatus();
    };
  }

  std::vector<std::string> blocks_;
};

constexpr char kSection[] =
    "0a0d0d0a"
    "28000000"
    "4d3c2b1a"
    "0100"
    "0000"
    "ffffffffffffffff"
    "0400"
    "0300"
    "61626300"
    "00000000"
    "28000000";

TEST_F(PcapngWriterTest, WhatStandsBeforeTheFirstPacket) {
  PcapngWriter file(Keep(), {PcapngOptions::kWhole, "abc"});
  ASSERT_TRUE(file.Begin().ok());
  ASSERT_TRUE(file.Begin().ok());
  ASSERT_EQ(blocks_.size(), 2u);
  EXPECT_EQ(blocks_[0], kSection);
  EXPECT_EQ(blocks_[1],
            "01000000"
            "20000000"
            "6500"
            "0000"
            "ffff0000"
            "0900"
            "0100"
            "09000000"
            "00000000"
            "20000000");
}

TEST_F(PcapngWriterTest, APacketWithItsTimeInNanoseconds) {
  PcapngWriter file(Keep());
  ASSERT_TRUE(
      file.WritePacket(absl::FromUnixNanos(0x0102030405060708), "HE", "abc")
          .ok());
  ASSERT_EQ(blocks_.size(), 3u);
  EXPECT_EQ(blocks_[2],
            "06000000"
            "28000000"
            "00000000"
            "04030201"
            "08070605"
            "05000000"
            "05000000"
            "4845616263000000"
            "28000000");
}

TEST_F(PcapngWriterTest, SnapCutsThePayloadAndNotesItsLength) {
  PcapngWriter file(Keep(), {/*snap=*/1});
  ASSERT_TRUE(file.WritePacket(absl::UnixEpoch(), "HEAD", "abcd").ok());
  ASSERT_EQ(blocks_.size(), 3u);
  EXPECT_EQ(blocks_[1].substr(24, 8), "3d000000");  // 60 and 1
  EXPECT_EQ(blocks_[2].substr(40),
            "05000000"
            "08000000"
            "4845414461000000"
            "28000000");
}

TEST_F(PcapngWriterTest, ACommentStandsBesideThePacket) {
  PcapngWriter file(Keep());
  ASSERT_TRUE(file.WritePacket(absl::UnixEpoch(), "HEAD", "", "hello").ok());
  EXPECT_EQ(blocks_.back(),
            "06000000"
            "34000000"
            "00000000"
            "00000000"
            "00000000"
            "04000000"
            "04000000"
            "48454144"
            "0100"
            "0500"
            "68656c6c6f000000"
            "00000000"
            "34000000");
  ASSERT_TRUE(
      file.WritePacket(absl::UnixEpoch(), "HEAD", "", std::string(70000, 'x'))
          .ok());
  EXPECT_EQ(blocks_.back().substr(0, 16), "060000002c000100");
}

TEST_F(PcapngWriterTest, TimesThatCannotBeWritten) {
  PcapngWriter file(Keep());
  for (const absl::Time when :
       {absl::InfinitePast(), absl::FromUnixSeconds(-1)}) {
    ASSERT_TRUE(file.WritePacket(when, "HEAD", "").ok());
    EXPECT_EQ(blocks_.back().substr(24, 16), "0000000000000000");
  }
  ASSERT_TRUE(file.WritePacket(absl::InfiniteFuture(), "HEAD", "").ok());
  EXPECT_EQ(blocks_.back().substr(24, 16), "ffffff7fffffffff");
}

TEST_F(PcapngWriterTest, APacketThatIsTooLongIsRefused) {
  PcapngWriter file(Keep());
  const std::string payload(65535, 'x');
  const absl::Status status = file.WritePacket(absl::UnixEpoch(), "H", payload);
  EXPECT_EQ(status, absl::InvalidArgumentError(
                        "a packet of 65536 octets is beyond the limit of "
                        "65535"));
  EXPECT_TRUE(file.WritePacket(absl::UnixEpoch(), "", payload).ok());
  EXPECT_EQ(blocks_.size(), 3u);
}

TEST_F(PcapngWriterTest, AnErrorOfTheSinkIsFinal) {
  for (size_t good = 0; good < 4; ++good) {
    size_t calls = 0;
    PcapngWriter file([&](absl::string_view) {
      return ++calls > good ? absl::ResourceExhaustedError("full")
                            : absl::OkStatus();
    });
    absl::Status status = file.Begin();
    for (int i = 0; i < 4; ++i) {
      status = file.WritePacket(absl::UnixEpoch(), "HEAD", "x");
    }
    EXPECT_EQ(status, absl::ResourceExhaustedError("full"));
    EXPECT_EQ(file.Begin(), status);
    EXPECT_EQ(calls, good + 1);
  }
}

}  // namespace
}  // namespace forkrpc::capture
