// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The encoder and the decoder against the vectors of the specification, cut in
// every way that is worth trying.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/testing/spec_vectors.h"
#include "forkrpc/testing/stream_splits.h"
#include "forkrpc/wire/frame_decoder.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Octets above which a stream is cut in a few ways only.
constexpr size_t kLarge = size_t{128} << 10;

std::vector<spec::Vector> Vectors() {
  std::vector<spec::Vector> all;
  for (const char* const area : {"requests", "frames", "streams"}) {
    const std::vector<spec::Vector> vectors = ReadSpecVectors(area);
    all.insert(all.end(), vectors.begin(), vectors.end());
  }
  return all;
}

FrameLayout LayoutOf(const spec::Vector& vector) {
  return vector.direction() == "to-parent"
             ? kResponseLayout
             : RequestLayout(vector.form() == "sync" ? Form::kSync
                                                     : Form::kAsync);
}

WireLimits LimitsOf(const spec::Vector& vector) {
  WireLimits limits;
  limits.max_payload = vector.has_limit() ? vector.limit() : kMaxPayloadOnWire;
  return limits;
}

using Frames = std::vector<std::pair<uint32_t, std::string>>;

Frames FramesOf(const spec::Vector& vector) {
  Frames frames;
  for (const spec::VectorFrame& frame : vector.frames()) {
    frames.emplace_back(frame.id(), SpecOctets(frame));
  }
  return frames;
}

struct Outcome {
  Frames frames;
  uint64_t consumed = 0;
  std::string result;
  std::string message;
};

Outcome Decode(FrameLayout layout, const WireLimits& limits,
               absl::Span<const absl::string_view> pieces) {
  FrameDecoder decoder(layout, limits);
  Outcome outcome;
  DecodeResult result = DecodeResult::kNeedMore;
  for (const absl::string_view piece : pieces) {
    decoder.Append(piece);
    FrameView frame;
    while ((result = decoder.Next(&frame)) == DecodeResult::kFrame) {
      outcome.frames.emplace_back(frame.id, std::string(frame.payload));
    }
  }
  outcome.consumed = decoder.offset();
  const absl::Status status = decoder.Finish();
  outcome.message = std::string(status.message());
  switch (status.code()) {
    case absl::StatusCode::kOk:
      outcome.result = "valid";
      break;
    case absl::StatusCode::kDataLoss:
      outcome.result = "incomplete";
      break;
    case absl::StatusCode::kResourceExhausted:
      outcome.result = "policy";
      break;
    default:
      outcome.result = status.ToString();
  }
  EXPECT_EQ(outcome.result == "policy", result == DecodeResult::kError);
  return outcome;
}

//= spec/wire.md#FR-FRM-001
//= spec/wire.md#FR-FRM-002
//= spec/wire.md#FR-FRM-003
//= spec/wire.md#FR-FRM-004
//= spec/wire.md#FR-FRM-005
//= spec/wire.md#FR-FRM-008
//= spec/wire.md#FR-FRM-010
TEST(WireVectorsTest, FramesAreEncodedAsTheVectorsSay) {
  int frames = 0;
  for (const spec::Vector& vector : Vectors()) {
    SCOPED_TRACE(vector.id());
    std::string octets;
    for (const auto& [id, payload] : FramesOf(vector)) {
      ASSERT_TRUE(AppendFrame(LayoutOf(vector), id, payload, &octets).ok());
      ++frames;
    }
    // Not EXPECT_EQ, which would print megabytes.
    EXPECT_TRUE(octets == SpecOctets(vector).substr(0, vector.consumed()));
  }
  EXPECT_GT(frames, 100);
}

// As the vector says, whatever the pieces; what breaks a rule above the wire is
// a frame like any other here.
void ExpectOutcome(const spec::Vector& vector,
                   absl::Span<const absl::string_view> pieces) {
  Outcome outcome = Decode(LayoutOf(vector), LimitsOf(vector), pieces);
  const Frames expected = FramesOf(vector);
  if (vector.result() == "invalid") {
    ASSERT_GT(outcome.frames.size(), expected.size());
    EXPECT_EQ(outcome.frames[expected.size()].first, kEventId);
    outcome.frames.resize(expected.size());
    EXPECT_EQ(outcome.result, "valid");
  } else {
    EXPECT_EQ(outcome.result, vector.result()) << outcome.message;
    EXPECT_EQ(outcome.consumed, vector.consumed());
  }
  EXPECT_TRUE(outcome.frames == expected)
      << outcome.frames.size() << " frames, expected " << expected.size();
}

//= spec/wire.md#FR-FRM-006
//= spec/wire.md#FR-FRM-007
//= spec/wire.md#FR-FRM-009
//= spec/wire.md#FR-ERR-005
//= spec/wire.md#FR-LIM-002
TEST(WireVectorsTest, StreamsAreDecodedTheSameHoweverTheyAreCut) {
  for (const spec::Vector& vector : Vectors()) {
    SCOPED_TRACE(vector.id());
    const std::string octets = SpecOctets(vector);
    ExpectOutcome(vector, {octets});
    if (octets.size() > kLarge) {
      const absl::string_view view(octets);
      ExpectOutcome(vector, {view.substr(0, 7), view.substr(7, 65536),
                             view.substr(65543)});
      continue;
    }
    ForEachSplit(octets, [&](absl::Span<const absl::string_view> pieces) {
      if (!testing::Test::HasFailure()) ExpectOutcome(vector, pieces);
    });
  }
}

TEST(WireVectorsTest, StreamsAreDecodedInTheirChunks) {
  int with_chunks = 0;
  for (const spec::Vector& vector : Vectors()) {
    if (vector.chunks().empty()) continue;
    SCOPED_TRACE(vector.id());
    const std::string octets = SpecOctets(vector);
    absl::string_view rest(octets);
    std::vector<absl::string_view> pieces;
    for (const uint32_t size : vector.chunks()) {
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(pieces.back().size());
    }
    ASSERT_TRUE(rest.empty());
    ExpectOutcome(vector, pieces);
    ++with_chunks;
  }
  EXPECT_GT(with_chunks, 25);
}

// The length in an unfinished frame is read as what it is: a limit of so much
// lets it pass, one less does not.
//= spec/wire.md#FR-FRM-010
//= spec/wire.md#FR-LIM-002
//= spec/wire.md#FR-LIM-005
TEST(WireVectorsTest, AnnouncedLengthsAreReadUnsigned) {
  int announced = 0;
  for (const spec::Vector& vector : Vectors()) {
    if (!vector.has_announced()) continue;
    SCOPED_TRACE(vector.id());
    const std::string octets = SpecOctets(vector);
    WireLimits limits;
    limits.max_payload = vector.announced();
    EXPECT_NE(Decode(LayoutOf(vector), limits, {octets}).result, "policy");
    limits.max_payload = vector.announced() - 1;
    const Outcome refused = Decode(LayoutOf(vector), limits, {octets});
    EXPECT_EQ(refused.result, "policy");
    EXPECT_TRUE(absl::StrContains(
        refused.message, absl::StrCat("length ", vector.announced(), " ")))
        << refused.message;
    ++announced;
  }
  EXPECT_GT(announced, 20);
}

}  // namespace
}  // namespace forkrpc
