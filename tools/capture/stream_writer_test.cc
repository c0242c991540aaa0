// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/stream_writer.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/pcapng_writer.h"
#include "tools/capture/tcp_packet.h"

namespace forkrpc::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

uint32_t Number(absl::string_view octets, size_t at, size_t size) {
  uint32_t number = 0;
  for (size_t i = 0; i < size; ++i) {
    number = number << 8 | static_cast<uint8_t>(octets[at + i]);
  }
  return number;
}

std::string Flags(uint32_t flags) {
  std::string text;
  if ((flags & kTcpSyn) != 0) text += 'S';
  if ((flags & kTcpFin) != 0) text += 'F';
  if ((flags & kTcpRst) != 0) text += 'R';
  if ((flags & kTcpPsh) != 0) text += 'P';
  if ((flags & kTcpAck) != 0) text += 'A';
  return text;
}

// A packet as "> SA 1,2 abc": who, flags, sequence, acknowledged, octets; a
// payload of more than 8 octets is its length.
std::string Describe(absl::string_view packet, uint32_t parent_port) {
  EXPECT_EQ(InternetChecksum(packet.substr(0, kIpv4Header)), 0);
  EXPECT_EQ(Number(packet, 2, 2), packet.size());
  const bool down = Number(packet, 20, 2) == parent_port;
  const size_t header = kIpv4Header + Number(packet, 32, 1) / 16 * 4;
  const std::string payload(packet.substr(header));
  return absl::StrCat(
      down ? "> " : "< ", Flags(Number(packet, 33, 1)), " ",
      Number(packet, 24, 4), ",", Number(packet, 28, 4),
      payload.empty() ? "" : " ",
      payload.size() > 8 ? absl::StrCat(payload.size()) : payload);
}

class StreamWriterTest : public ::testing::Test {
 protected:
  StreamWriterTest()
      : file_([this](absl::string_view block) {
          const auto type = static_cast<uint8_t>(block[0]);
          if (type == kEnhancedPacketBlock) {
            const size_t size = Number(block, 20, 1) | Number(block, 21, 1)
                                                           << 8;
            octets_.emplace_back(block.substr(28, size));
            packets_.push_back(Describe(octets_.back(), 49152));
          }
          return error_;
        }) {}

  // What was written since the last call.
  std::vector<std::string> Take() {
    std::vector<std::string> packets = std::move(packets_);
    packets_.clear();
    return packets;
  }

  const absl::Time now_ = absl::FromUnixSeconds(1);
  absl::Status error_;
  std::vector<std::string> octets_;
  std::vector<std::string> packets_;
  PcapngWriter file_;
};

TEST_F(StreamWriterTest, ASessionThatDrains) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  EXPECT_THAT(Take(), ElementsAre("> S 0,0", "< SA 0,1", "> A 1,1"));
  ASSERT_TRUE(stream.Write(Sender::kParent, "abc", now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kParent, "", now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kParent, "d", now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kChild, "xy", now_).ok());
  EXPECT_THAT(Take(), ElementsAre("> PA 1,1 abc", "> PA 4,1 d", "< PA 1,5 xy"));
  ASSERT_TRUE(stream.HalfClose(Sender::kParent, now_).ok());
  EXPECT_THAT(Take(), ElementsAre("> FA 5,3", "< A 3,6"));
  ASSERT_TRUE(stream.Write(Sender::kChild, "z", now_).ok());
  ASSERT_TRUE(stream.HalfClose(Sender::kChild, now_).ok());
  EXPECT_THAT(Take(), ElementsAre("< PA 3,6 z", "< FA 4,6", "> A 6,5"));
}

TEST_F(StreamWriterTest, AReset) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kParent, "abc", now_).ok());
  Take();
  ASSERT_TRUE(stream.Reset(Sender::kChild, now_).ok());
  EXPECT_THAT(Take(), ElementsAre("< RA 1,4"));
}

TEST_F(StreamWriterTest, LongOctetsAreSeveralSegments) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  Take();
  const std::string octets(2 * kMaxSegment + 1, 'x');
  ASSERT_TRUE(stream.Write(Sender::kChild, octets, now_).ok());
  EXPECT_THAT(Take(), ElementsAre("< PA 1,1 65495", "< PA 65496,1 65495",
                                  "< PA 130991,1 x"));
  StreamOptions options;
  options.max_segment = 1;
  StreamWriter other(&file_, options);
  ASSERT_TRUE(other.Open(now_).ok());
  Take();
  ASSERT_TRUE(other.Write(Sender::kParent, "abc", now_).ok());
  EXPECT_THAT(Take(), ElementsAre("> PA 1,1 a", "> PA 2,1 b", "> PA 3,1 c"));
}

// No end is ever ahead of its peer by more than a window, nor are there more
// acknowledgements than that needs.
TEST_F(StreamWriterTest, AWindowIsNotOverrun) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  Take();
  const std::string octets(kMaxSegment, 'x');
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(stream.Write(Sender::kParent, octets, now_).ok());
  }
  const std::vector<std::string> packets = Take();
  // 16 segments are less than a window by 640 octets, 17 are more.
  EXPECT_EQ(packets.size(), 100u + 6u);
  EXPECT_EQ(packets[15], "> PA 982426,1 65495");
  EXPECT_EQ(packets[16], "< A 1,1047921");
  EXPECT_EQ(packets[17], "> PA 1047921,1 65495");
}

TEST_F(StreamWriterTest, SequenceNumbersWrap) {
  StreamOptions options;
  options.first_sequence = 0xfffffffe;
  StreamWriter stream(&file_, options);
  ASSERT_TRUE(stream.Open(now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kParent, "abc", now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kParent, "d", now_).ok());
  ASSERT_TRUE(stream.HalfClose(Sender::kChild, now_).ok());
  EXPECT_THAT(
      Take(),
      ElementsAre("> S 4294967294,0", "< SA 4294967294,4294967295",
                  "> A 4294967295,4294967295", "> PA 4294967295,4294967295 abc",
                  "> PA 2,4294967295 d", "< FA 4294967295,3", "> A 3,0"));
}

TEST_F(StreamWriterTest, StreamsOfAFileHaveTheirOwnEnds) {
  for (const uint32_t number : {0u, 1u, 16383u, 16384u, 0xffffffffu}) {
    StreamOptions options;
    options.number = number;
    options.port = kSyncPort;
    StreamWriter stream(&file_, options);
    ASSERT_TRUE(stream.Open(now_).ok());
  }
  std::vector<std::string> parents;
  for (size_t i = 0; i < octets_.size(); i += 3) {
    parents.push_back(absl::StrCat(absl::Hex(Number(octets_[i], 12, 4)), ":",
                                   Number(octets_[i], 20, 2)));
    EXPECT_EQ(Number(octets_[i], 16, 4), 0x7f000001u);
    EXPECT_EQ(Number(octets_[i], 22, 2), kSyncPort);
    EXPECT_EQ(octets_[i].substr(12, 4), octets_[i + 1].substr(16, 4));
    EXPECT_EQ(octets_[i].substr(20, 2), octets_[i + 1].substr(22, 2));
  }
  EXPECT_THAT(parents,
              ElementsAre("7f000001:49152", "7f000001:49153", "7f000001:65535",
                          "7f000002:49152", "7f040000:65535"));
}

TEST_F(StreamWriterTest, WhatTcpCannotShowIsRefusedAndNothingIsWritten) {
  StreamWriter stream(&file_);
  EXPECT_EQ(stream.Write(Sender::kParent, "a", now_).message(),
            "octets of the parent cannot be written: the stream is not open");
  EXPECT_EQ(stream.Reset(Sender::kParent, now_).message(),
            "a reset by the parent outside the stream cannot be written");
  EXPECT_THAT(Take(), IsEmpty());
  ASSERT_TRUE(stream.Open(now_).ok());
  ASSERT_TRUE(stream.HalfClose(Sender::kParent, now_).ok());
  Take();
  EXPECT_EQ(stream.Open(now_).message(), "the stream is open already");
  EXPECT_EQ(stream.Write(Sender::kParent, "a", now_).message(),
            "octets of the parent cannot be written: it has half-closed");
  EXPECT_EQ(stream.HalfClose(Sender::kParent, now_).message(),
            "a half-close of the parent cannot be written: it has half-closed");
  EXPECT_THAT(Take(), IsEmpty());
  ASSERT_TRUE(stream.Reset(Sender::kChild, now_).ok());
  Take();
  EXPECT_EQ(stream.Write(Sender::kChild, "a", now_).message(),
            "octets of the child cannot be written: the stream has ended");
  EXPECT_EQ(stream.Reset(Sender::kChild, now_).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(StreamWriterTest, AnErrorOfTheFileIsReturned) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  error_ = absl::UnavailableError("no");
  EXPECT_EQ(stream.Write(Sender::kParent, "abc", now_), error_);
  EXPECT_EQ(stream.HalfClose(Sender::kParent, now_), error_);
  EXPECT_EQ(stream.Reset(Sender::kChild, now_), error_);
}

}  // namespace
}  // namespace forkrpc::capture
