// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/stream_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/capture/packet_reader.h"
#include "tools/capture/pcapng_writer.h"
#include "tools/capture/stream_writer.h"
#include "tools/capture/test_source.h"

namespace forkrpc::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Mark(Sender sender) {
  return sender == Sender::kParent ? ">" : "<";
}

// One string for each thing that is told; octets in a row are one.
class Log : public StreamListener {
 public:
  absl::StatusOr<bool> OnStream(const StreamInfo& stream) override {
    Add(stream, "begins");
    return wanted_;
  }
  absl::Status OnOctets(const StreamInfo& stream, Sender sender,
                        absl::string_view octets) override {
    const std::string front = absl::StrCat(stream.number, Mark(sender));
    if (!events_.empty() &&
        events_.back().compare(0, front.size() + 1, front + " ") == 0) {
      absl::StrAppend(&events_.back(), octets);
    } else {
      Add(stream, absl::StrCat(Mark(sender), " ", octets));
    }
    return absl::OkStatus();
  }
  absl::Status OnGap(const StreamInfo& stream, Sender sender, uint64_t offset,
                     uint64_t length, Missing why) override {
    Add(stream, absl::StrCat(Mark(sender), "gap ", offset, "+", length,
                             why == Missing::kCut ? " cut" : ""));
    return absl::OkStatus();
  }
  absl::Status OnHalfClose(const StreamInfo& stream, Sender sender) override {
    Add(stream, absl::StrCat(Mark(sender), "end"));
    return absl::OkStatus();
  }
  absl::Status OnReset(const StreamInfo& stream, Sender sender) override {
    Add(stream, absl::StrCat(Mark(sender), "reset"));
    return absl::OkStatus();
  }

  bool wanted_ = true;
  std::vector<std::string> events_;

 private:
  void Add(const StreamInfo& stream, absl::string_view what) {
    events_.push_back(absl::StrCat(stream.number, what));
  }
};

// Packets of several streams, to be put into another order and read.
class StreamReaderTest : public ::testing::Test {
 protected:
  StreamReaderTest()
      : file_([this](absl::string_view block) {
          if (++blocks_ > 2)
            packets_.emplace_back(block);
          else
            absl::StrAppend(&head_, block);
          return absl::OkStatus();
        }) {}

  void Read(StreamReaderOptions options = {}) {
    std::string octets = head_;
    for (const std::string& packet : packets_) octets += packet;
    OctetSource source(ReadFrom(octets));
    absl::StatusOr<std::unique_ptr<PacketReader>> reader = OpenCapture(&source);
    ASSERT_TRUE(reader.ok());
    StreamReader streams(options, &log_);
    Packet packet;
    for (;;) {
      const absl::StatusOr<bool> more = (*reader)->Next(&packet);
      ASSERT_TRUE(more.ok()) << more.status();
      if (!*more) break;
      TcpSegment segment;
      ASSERT_EQ(FindSegment(packet, &segment), Found::kSegment);
      ASSERT_TRUE(streams.Add(segment).ok());
    }
    ASSERT_TRUE(streams.Finish().ok());
    infos_ = streams.streams();
  }

  // The first session of the specification's examples, in a way.
  void WriteSession(StreamOptions options = {}) {
    StreamWriter stream(&file_, std::move(options));
    ASSERT_TRUE(stream.Open(now_).ok());
    ASSERT_TRUE(stream.Write(Sender::kParent, "abc", now_).ok());
    ASSERT_TRUE(stream.Write(Sender::kChild, "xy", now_).ok());
    ASSERT_TRUE(stream.Write(Sender::kParent, "d", now_).ok());
    ASSERT_TRUE(stream.HalfClose(Sender::kParent, now_).ok());
    ASSERT_TRUE(stream.Write(Sender::kChild, "z", now_).ok());
    ASSERT_TRUE(stream.HalfClose(Sender::kChild, now_).ok());
  }

  const absl::Time now_ = absl::FromUnixSeconds(1);
  size_t blocks_ = 0;
  std::string head_;
  std::vector<std::string> packets_;
  PcapngWriter file_;
  Log log_;
  std::vector<StreamInfo> infos_;
};

TEST_F(StreamReaderTest, WhatWasWrittenIsReadAgain) {
  for (const uint32_t first : {0u, 0xfffffffdu, 0x7ffffffeu}) {
    packets_.clear();
    log_.events_.clear();
    StreamOptions options;
    options.first_sequence = first;
    WriteSession(options);
    Read();
    EXPECT_THAT(log_.events_, ElementsAre("0begins", "0> abc", "0< xy", "0> d",
                                          "0>end", "0< z", "0<end"));
  }
  ASSERT_EQ(infos_.size(), 1u);
  EXPECT_EQ(infos_[0].parent.ToString(), "127.0.0.1:49152");
  EXPECT_EQ(infos_[0].child.ToString(), "127.0.0.1:26226");
  EXPECT_EQ(infos_[0].known, Known::kByOpening);
  EXPECT_EQ(infos_[0].parent_octets, 4u);
  EXPECT_EQ(infos_[0].child_octets, 3u);
}

// Behind the handshake, whose order says who is parent.
TEST_F(StreamReaderTest, InEveryOrder) {
  WriteSession();
  // Acknowledgements say nothing: three in the handshake, one behind each FIN.
  std::vector<std::string> kept(packets_.begin(), packets_.begin() + 2);
  std::vector<std::string> shuffled = {packets_[3], packets_[4], packets_[5],
                                       packets_[6], packets_[8], packets_[9]};
  std::sort(shuffled.begin(), shuffled.end());
  do {
    packets_ = kept;
    packets_.insert(packets_.end(), shuffled.begin(), shuffled.end());
    log_.events_.clear();
    Read();
    std::string down, up;
    for (const std::string& event : log_.events_) {
      if (event[1] == '>') down += event.substr(2);
      if (event[1] == '<') up += event.substr(2);
    }
    down.erase(std::remove(down.begin(), down.end(), ' '), down.end());
    up.erase(std::remove(up.begin(), up.end(), ' '), up.end());
    ASSERT_EQ(down, "abcdend");
    ASSERT_EQ(up, "xyzend");
  } while (std::next_permutation(shuffled.begin(), shuffled.end()));
}

TEST_F(StreamReaderTest, EveryPacketTwice) {
  WriteSession();
  std::vector<std::string> twice;
  for (const std::string& packet : packets_) {
    twice.push_back(packet);
    twice.push_back(packet);
  }
  twice.insert(twice.end(), packets_.begin() + 3, packets_.end());
  packets_ = twice;
  Read();
  EXPECT_THAT(log_.events_, ElementsAre("0begins", "0> abc", "0< xy", "0> d",
                                        "0>end", "0< z", "0<end"));
}

TEST_F(StreamReaderTest, APacketThatIsMissing) {
  WriteSession();
  packets_.erase(packets_.begin() + 3);
  Read();
  EXPECT_THAT(log_.events_, ElementsAre("0begins", "0< xyz", "0<end",
                                        "0>gap 0+3", "0> d", "0>end"));
}

TEST_F(StreamReaderTest, AResetEndsBothDirections) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kParent, "abc", now_).ok());
  ASSERT_TRUE(stream.Write(Sender::kParent, "def", now_).ok());
  ASSERT_TRUE(stream.Reset(Sender::kChild, now_).ok());
  packets_.push_back(packets_[3]);
  packets_.erase(packets_.begin() + 3);
  Read();
  EXPECT_THAT(log_.events_,
              ElementsAre("0begins", "0>gap 0+3", "0> def", "0<reset"));
}

TEST_F(StreamReaderTest, StreamsAtTheSameTime) {
  StreamOptions second;
  second.number = 1;
  StreamWriter a(&file_);
  StreamWriter b(&file_, second);
  ASSERT_TRUE(a.Open(now_).ok());
  ASSERT_TRUE(a.Write(Sender::kParent, "a", now_).ok());
  ASSERT_TRUE(b.Open(now_).ok());
  ASSERT_TRUE(b.Write(Sender::kParent, "b", now_).ok());
  ASSERT_TRUE(a.Write(Sender::kParent, "c", now_).ok());
  ASSERT_TRUE(b.Write(Sender::kChild, "d", now_).ok());
  Read();
  EXPECT_THAT(log_.events_, ElementsAre("0begins", "0> a", "1begins", "1> b",
                                        "0> c", "1< d"));
  EXPECT_EQ(infos_[1].parent.port, 49153);
}

// The same ends again are another stream.
TEST_F(StreamReaderTest, APairOfEndsThatIsUsedAgain) {
  WriteSession();
  StreamOptions options;
  options.first_sequence = 77;
  WriteSession(options);
  Read();
  EXPECT_EQ(infos_.size(), 2u);
  EXPECT_EQ(log_.events_[7], "1begins");
  EXPECT_EQ(log_.events_[8], "1> abc");
}

TEST_F(StreamReaderTest, NothingOfWhatIsNotWanted) {
  log_.wanted_ = false;
  WriteSession();
  Read();
  EXPECT_THAT(log_.events_, ElementsAre("0begins"));
  EXPECT_EQ(infos_[0].parent_octets, 4u);
}

TEST_F(StreamReaderTest, WithoutItsOpeningAPortSaysWhoIsParent) {
  WriteSession();
  packets_.erase(packets_.begin(), packets_.begin() + 4);  // xy is the first
  Read();
  EXPECT_EQ(infos_[0].known, Known::kNot);
  EXPECT_EQ(infos_[0].parent.port, 26226);
  EXPECT_THAT(log_.events_, ElementsAre("0begins", "0> xy", "0< d", "0<end",
                                        "0> z", "0>end"));
  log_.events_.clear();
  StreamReaderOptions options;
  options.child_port = 26226;
  Read(options);
  EXPECT_EQ(infos_[0].known, Known::kByPort);
  EXPECT_EQ(infos_[0].parent.port, 49152);
  EXPECT_EQ(log_.events_[1], "0< xy");
}

TEST_F(StreamReaderTest, APortDecidesAgainstTheOpening) {
  WriteSession();
  StreamReaderOptions options;
  options.parent_port = 26226;
  Read(options);
  EXPECT_EQ(infos_[0].known, Known::kByPort);
  EXPECT_EQ(infos_[0].parent.port, 26226);
  options.parent_port = 1;
  Read(options);
  EXPECT_FALSE(infos_[0].matches);
  EXPECT_EQ(infos_[0].known, Known::kByOpening);
  EXPECT_EQ(infos_[0].child.port, 26226);
  options.parent_port.reset();
  options.child_port = 26226;
  Read(options);
  EXPECT_TRUE(infos_[0].matches);
}

TEST_F(StreamReaderTest, BeginningWithTheSecondPacketOfTheHandshake) {
  WriteSession();
  packets_.erase(packets_.begin());
  Read();
  EXPECT_EQ(infos_[0].known, Known::kByOpening);
  EXPECT_EQ(infos_[0].parent.port, 49152);
}

TEST(StreamReaderLimitTest, StreamsHaveALimit) {
  Log log;
  StreamReader streams({}, &log);
  TcpSegment segment;
  segment.flags = kTcpSyn;
  for (size_t i = 0; i < StreamReader::kMostStreams; ++i) {
    segment.sequence = static_cast<uint32_t>(i);
    ASSERT_TRUE(streams.Add(segment).ok());
  }
  segment.sequence = 0x10000000;
  const absl::Status status = streams.Add(segment);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("more TCP streams than the limit of 65536"));
}

TEST(StreamReaderLimitTest, OctetsBeyondFourGib) {
  Log log;
  log.wanted_ = false;
  StreamReader streams({}, &log);
  TcpSegment segment;
  segment.to.port = 1;
  segment.flags = kTcpAck;
  segment.length = 0x40000000;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(streams.Add(segment).ok());
    segment.sequence += 0x40000000;
  }
  EXPECT_EQ(streams.streams()[0].parent_octets, uint64_t{0x500000000});
}

}  // namespace
}  // namespace forkrpc::capture
