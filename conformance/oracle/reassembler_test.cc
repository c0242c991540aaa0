// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/oracle/reassembler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// "header ID LENGTH @OFFSET" and "frame ID LENGTH FIRST", in order.
struct Reading {
  explicit Reading(bool has_id) : reassembler(machine, has_id) {}

  void Feed(const std::string& octets) {
    reassembler.Feed(octets, [this](const Reassembler::Found& found) {
      absl::StrAppend(
          &text, found.whole ? "frame " : "header ", found.id, " ",
          found.length, " @", found.offset,
          found.whole && found.length > 0 ? std::string(1, found.first) : "",
          "; ");
    });
  }

  const Machine machine = *Machine::Named("reassembler");
  Reassembler reassembler;
  std::string text;
};

const char kStream[] =
    "00000000 00000000 ffffffff 00000003 616263 00000001 00000001 7a";
constexpr char kFrames[] =
    "header 0 0 @0; frame 0 0 @0; header 4294967295 3 @8; "
    "frame 4294967295 3 @8a; header 1 1 @19; frame 1 1 @19z; ";

std::string Octets(std::string hex) {
  hex.erase(std::remove(hex.begin(), hex.end(), ' '), hex.end());
  return absl::HexStringToBytes(hex);
}

TEST(ReassemblerTest, FindsTheFramesInAnyTwoPieces) {
  const std::string stream = Octets(kStream);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    Reading reading(/*has_id=*/true);
    reading.Feed(stream.substr(0, cut));
    reading.Feed(stream.substr(cut));
    EXPECT_EQ(reading.text, kFrames) << "cut at " << cut;
    EXPECT_EQ(reading.reassembler.offset(), stream.size());
    EXPECT_EQ(reading.reassembler.End(), spec::RECEIVE_END);
  }
}

TEST(ReassemblerTest, OctetByOctetWithoutIds) {
  Reading reading(/*has_id=*/false);
  for (const char octet : Octets("00000000 00000002 6162 00000100")) {
    reading.Feed(std::string(1, octet));
  }
  EXPECT_EQ(reading.text,
            "header 0 0 @0; frame 0 0 @0; header 0 2 @4; frame 0 2 @4a; "
            "header 0 256 @10; ");
}

TEST(ReassemblerTest, EveryOctetInsideAFrameIsACut) {
  const std::string frame = Octets("00000001 00000003 616263");
  for (size_t length = 0; length <= frame.size(); ++length) {
    Reading reading(/*has_id=*/true);
    reading.Feed(frame.substr(0, length));
    EXPECT_EQ(reading.reassembler.End() == spec::RECEIVE_END,
              length == 0 || length == frame.size())
        << length;
  }
}

}  // namespace
}  // namespace forkrpc::conformance
