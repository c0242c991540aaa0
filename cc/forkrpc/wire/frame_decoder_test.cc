// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/frame_decoder.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/testing/stream_splits.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr FrameLayout kLayouts[] = {FrameLayout::kLength,
                                    FrameLayout::kIdAndLength};

std::string Header(FrameLayout layout, uint32_t id, uint32_t length) {
  char header[kMaxHeaderSize];
  return std::string(header, EncodeHeader(layout, id, length, header) - header);
}

// Everything that a decoder says about a stream, one line per frame.
std::string Outcome(FrameLayout layout, const WireLimits& limits,
                    absl::Span<const absl::string_view> pieces) {
  FrameDecoder decoder(layout, limits);
  std::string log;
  for (absl::string_view piece : pieces) {
    decoder.Append(piece);
    FrameView frame;
    while (decoder.Next(&frame) == DecodeResult::kFrame) {
      absl::StrAppend(&log, frame.id, ":", frame.payload.size(), ":",
                      frame.payload, "\n");
    }
  }
  absl::StrAppend(&log, decoder.Finish().ToString(), " @", decoder.offset());
  return log;
}

// A stream of `frames` random frames, small ones and sometimes a large one.
std::string RandomStream(FrameLayout layout, uint32_t seed, int frames) {
  std::mt19937 bits(seed);
  std::string stream;
  for (int i = 0; i < frames; ++i) {
    std::string payload(bits() % (bits() % 20 == 0 ? 100000 : 40), '\0');
    for (char& octet : payload) octet = static_cast<char>(bits());
    EXPECT_TRUE(AppendFrame(layout, bits(), payload, &stream).ok());
  }
  return stream;
}

//= spec/wire.md#FR-FRM-007
TEST(FrameDecoderTest, AnySplitGivesTheSameOutcome) {
  for (FrameLayout layout : kLayouts) {
    std::string small;
    ASSERT_TRUE(AppendFrame(layout, 1, "abc", &small).ok());
    ASSERT_TRUE(AppendFrame(layout, 0, "", &small).ok());
    ASSERT_TRUE(AppendFrame(layout, 0xFFFFFFFF, "z", &small).ok());
    const std::vector<std::string> streams = {
        "",
        small,
        small + "\x01\x02",
        small + Header(layout, 5, 3) + "ab",
        small + Header(layout, 5, 1001) + "ab",
        RandomStream(layout, 1, 30),
        RandomStream(layout, 2, 100) + Header(layout, 1, 0xFFFFFFFF),
    };
    for (const std::string& stream : streams) {
      const WireLimits limits{stream.size() < 100 ? 1000u : 200000u};
      const absl::string_view whole[] = {stream};
      const std::string expected = Outcome(layout, limits, whole);
      ForEachSplit(stream, [&](absl::Span<const absl::string_view> pieces) {
        ASSERT_EQ(Outcome(layout, limits, pieces), expected)
            << absl::CHexEscape(stream.substr(0, 100)) << " in "
            << pieces.size() << " pieces";
      });
    }
  }
}

TEST(FrameDecoderTest, FramesCarryIdAndEveryOctet) {
  std::string all(256, '\0');
  for (int i = 0; i < 256; ++i) all[i] = static_cast<char>(i);
  std::string stream;
  ASSERT_TRUE(
      AppendFrame(FrameLayout::kIdAndLength, 0x80000001, all, &stream).ok());
  FrameDecoder decoder(FrameLayout::kIdAndLength);
  decoder.Append(stream);
  FrameView frame;
  ASSERT_EQ(decoder.Next(&frame), DecodeResult::kFrame);
  EXPECT_EQ(frame.id, 0x80000001);
  EXPECT_EQ(frame.payload, all);
  EXPECT_EQ(decoder.Next(&frame), DecodeResult::kNeedMore);
  EXPECT_TRUE(decoder.Finish().ok());
}

TEST(FrameDecoderTest, ViewsAreNotCopies) {
  FrameDecoder decoder(FrameLayout::kLength);
  const absl::Span<char> space = decoder.PrepareReceive();
  const std::string stream = Header(FrameLayout::kLength, 0, 2) + "hi";
  std::copy(stream.begin(), stream.end(), space.begin());
  decoder.CommitReceive(stream.size());
  FrameView frame;
  ASSERT_EQ(decoder.Next(&frame), DecodeResult::kFrame);
  EXPECT_EQ(frame.payload.data(), space.data() + 4);
}

TEST(FrameDecoderTest, LengthIsJudgedOnTheHeader) {
  for (FrameLayout layout : kLayouts) {
    for (const uint32_t length :
         {1001u, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu}) {
      FrameDecoder decoder(layout, WireLimits{1000});
      std::string good;
      ASSERT_TRUE(AppendFrame(layout, 1, std::string(1000, 'x'), &good).ok());
      decoder.Append(good + Header(layout, 2, length));
      FrameView frame;
      EXPECT_EQ(decoder.Next(&frame), DecodeResult::kFrame);
      EXPECT_EQ(decoder.Next(&frame), DecodeResult::kError);
      EXPECT_EQ(decoder.status(),
                absl::ResourceExhaustedError(
                    absl::StrCat("frame at offset ", good.size(), ": length ",
                                 length, " exceeds the limit of 1000 octets")));
    }
  }
}

TEST(FrameDecoderTest, AHeaderThatIsTextIsNamedAsText) {
  FrameDecoder decoder(kResponseLayout, WireLimits());
  decoder.Append("Starting server...\n");
  FrameView frame;
  EXPECT_EQ(decoder.Next(&frame), DecodeResult::kError);
  EXPECT_EQ(
      decoder.status(),
      absl::ResourceExhaustedError(
          "frame at offset 0: length 1953066599 exceeds the limit of "
          "16777216 octets; its header is the text \"Starting\": does the "
          "peer print to the wire?"));
}

TEST(FrameDecoderTest, ErrorIsFinal) {
  FrameDecoder decoder(FrameLayout::kLength, WireLimits{10});
  decoder.Append(Header(FrameLayout::kLength, 0, 11));
  FrameView frame;
  ASSERT_EQ(decoder.Next(&frame), DecodeResult::kError);
  const absl::Status first = decoder.status();
  decoder.Append(Header(FrameLayout::kLength, 0, 0));
  EXPECT_TRUE(decoder.PrepareReceive().empty());
  EXPECT_EQ(decoder.Next(&frame), DecodeResult::kError);
  EXPECT_EQ(decoder.status(), first);
  EXPECT_EQ(decoder.Finish(), first);
}

//= spec/wire.md#FR-ERR-005
TEST(FrameDecoderTest, EveryProperPrefixOfAFrameIsAnErrorAtTheEnd) {
  for (FrameLayout layout : kLayouts) {
    std::string stream;
    ASSERT_TRUE(AppendFrame(layout, 3, "", &stream).ok());
    const size_t boundary = stream.size();
    ASSERT_TRUE(AppendFrame(layout, 3, "payload", &stream).ok());
    for (size_t n = 0; n <= stream.size(); ++n) {
      FrameDecoder decoder(layout);
      decoder.Append(stream.substr(0, n));
      FrameView frame;
      while (decoder.Next(&frame) == DecodeResult::kFrame) {
      }
      const bool on_boundary = n == 0 || n == boundary || n == stream.size();
      EXPECT_EQ(decoder.Finish().ok(), on_boundary) << n;
      if (on_boundary) continue;
      EXPECT_EQ(decoder.Finish().code(), absl::StatusCode::kDataLoss) << n;
    }
  }
}

TEST(FrameDecoderTest, FinishSaysWhatIsMissing) {
  FrameDecoder decoder(FrameLayout::kIdAndLength);
  decoder.Append("\x01\x02\x03");
  EXPECT_EQ(decoder.Finish().message(),
            "stream ends inside a frame: header at offset 0 has 3 of 8 octets");
  decoder.Append(std::string("\x04\0\0\0\x05zz", 7));
  EXPECT_EQ(
      decoder.Finish().message(),
      "stream ends inside a frame: payload at offset 8 has 2 of 5 octets");
}

//= spec/wire.md#FR-LIM-001
TEST(FrameDecoderTest, MemoryFollowsOctetsReceivedForAHostileLength) {
  for (FrameLayout layout : kLayouts) {
    for (const uint32_t length : {1u << 20, (16u << 20) - 1, 16u << 20,
                                  0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu}) {
      AllocationCounter counter;
      FrameDecoder decoder(layout, WireLimits{kMaxPayloadOnWire});
      uint64_t received = 0;
      const auto receive = [&](absl::string_view octets) {
        decoder.Append(octets);
        received += octets.size();
        FrameView frame;
        decoder.Next(&frame);
        ASSERT_LE(counter.peak_octets(), 2 * received + (64 << 10))
            << "length " << length << ", received " << received;
      };
      receive(Header(layout, 1, length));
      static const char kPiece[7777] = {};
      while (received < std::min<uint64_t>(length, 3 << 20)) {
        ASSERT_NO_FATAL_FAILURE(receive({kPiece, sizeof(kPiece)}));
      }
    }
  }
}

TEST(FrameDecoderTest, SteadyStateAllocatesNothing) {
  const std::string stream = RandomStream(FrameLayout::kIdAndLength, 3, 500);
  FrameDecoder decoder(FrameLayout::kIdAndLength);
  const auto decode = [&] {
    absl::string_view rest = stream;
    while (!rest.empty()) {
      const absl::Span<char> space = decoder.PrepareReceive();
      const size_t n = std::min(space.size(), rest.size());
      std::copy_n(rest.data(), n, space.data());
      decoder.CommitReceive(n);
      rest.remove_prefix(n);
      FrameView frame;
      while (decoder.Next(&frame) == DecodeResult::kFrame) {
      }
    }
  };
  for (int i = 0; i < 3; ++i) decode();
  AllocationCounter counter;
  decode();
  EXPECT_EQ(counter.allocations(), 0);
}

TEST(FrameDecoderTest, HasNextAgreesWithNext) {
  const std::string stream = RandomStream(FrameLayout::kIdAndLength, 4, 20);
  FrameDecoder decoder(FrameLayout::kIdAndLength);
  for (char octet : stream) {
    decoder.Append(absl::string_view(&octet, 1));
    const bool has_next = decoder.has_next();
    FrameView frame;
    ASSERT_EQ(decoder.Next(&frame) == DecodeResult::kFrame, has_next);
  }
}

TEST(FrameDecoderTest, OctetsBehindAnErrorAreNotTaken) {
  WireLimits limits;
  limits.max_payload = 3;
  FrameDecoder decoder(FrameLayout::kLength, limits);
  const absl::Span<char> space = decoder.PrepareReceive();
  std::copy_n("\0\0\0\4", 4, space.data());
  decoder.CommitReceive(4);
  EXPECT_EQ(decoder.buffered(), 4u);
  FrameView frame;
  ASSERT_EQ(decoder.Next(&frame), DecodeResult::kError);
  decoder.CommitReceive(1);  // of a read that was under way
  EXPECT_EQ(decoder.buffered(), 4u);
}

}  // namespace
}  // namespace forkrpc
