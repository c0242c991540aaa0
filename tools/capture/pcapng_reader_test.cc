// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/pcapng_reader.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/pcapng_writer.h"
#include "tools/capture/test_source.h"

namespace forkrpc::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Writes numbers in one of the two orders.
class Blocks {
 public:
  explicit Blocks(ByteOrder order) : order_(order) {}

  std::string Number(uint32_t number, size_t size) const {
    std::string octets;
    for (size_t i = 0; i < size; ++i) {
      const size_t at = order_ == ByteOrder::kBig ? size - 1 - i : i;
      octets += static_cast<char>(number >> 8 * at);
    }
    return octets;
  }
  std::string Block(uint32_t type, std::string body) const {
    body.append((4 - body.size() % 4) % 4, '\0');
    const std::string length =
        Number(static_cast<uint32_t>(body.size() + 12), 4);
    return absl::StrCat(Number(type, 4), length, body, length);
  }
  std::string Section() const {
    return Block(kSectionHeaderBlock,
                 absl::StrCat(Number(kByteOrderMagic, 4), Number(1, 2),
                              Number(0, 2), std::string(8, '\xff')));
  }
  std::string Interface(uint16_t link, uint32_t snap = 0) const {
    return Block(kInterfaceBlock,
                 absl::StrCat(Number(link, 2), Number(0, 2), Number(snap, 4)));
  }
  std::string Enhanced(uint32_t interface, absl::string_view octets,
                       uint32_t length) const {
    return Block(kEnhancedPacketBlock,
                 absl::StrCat(Number(interface, 4), std::string(8, '\1'),
                              Number(static_cast<uint32_t>(octets.size()), 4),
                              Number(length, 4), octets));
  }
  std::string Simple(absl::string_view octets, uint32_t length) const {
    return Block(kSimplePacketBlock, absl::StrCat(Number(length, 4), octets));
  }
  std::string Old(uint16_t interface, absl::string_view octets) const {
    return Block(
        kOldPacketBlock,
        absl::StrCat(Number(interface, 2), Number(7, 2), std::string(8, '\1'),
                     Number(static_cast<uint32_t>(octets.size()), 4),
                     Number(9, 4), octets));
  }

 private:
  const ByteOrder order_;
};

struct Outcome {
  std::vector<std::string> packets;
  absl::Status status;
};

Outcome ReadAll(absl::string_view file, size_t piece = SIZE_MAX) {
  OctetSource source(ReadFrom(file, piece));
  PcapngReader reader(&source);
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

TEST(PcapngReaderTest, EveryKindOfPacketInEitherOrder) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const Blocks make(order);
    const std::string file = absl::StrCat(
        make.Section(), make.Interface(1), make.Interface(kLinkRaw, 2),
        make.Block(5, "statistics"), make.Enhanced(1, "abc", 3),
        make.Enhanced(0, "abcd", 70000), make.Simple("abcde", 5),
        make.Old(1, "ab"));
    for (size_t piece = 1; piece < 50; ++piece) {
      const Outcome outcome = ReadAll(file, piece);
      EXPECT_EQ(outcome.status, absl::OkStatus());
      EXPECT_THAT(
          outcome.packets,
          ElementsAre("1 at 92 link 101 abc/3", "2 at 128 link 1 abcd/70000",
                      "3 at 164 link 1 abcde/5", "4 at 188 link 101 ab/9"));
    }
  }
}

TEST(PcapngReaderTest, ASectionHasItsOwnOrderAndInterfaces) {
  const Blocks little(ByteOrder::kLittle);
  const Blocks big(ByteOrder::kBig);
  const std::string file = absl::StrCat(
      little.Section(), little.Interface(1), little.Enhanced(0, "a", 1),
      big.Section(), big.Interface(kLinkRaw, 2), big.Simple("ab", 5));
  EXPECT_THAT(ReadAll(file).packets,
              ElementsAre("1 at 48 link 1 a/1", "2 at 132 link 101 ab/5"));
  const Outcome none =
      ReadAll(absl::StrCat(file, big.Section(), big.Enhanced(0, "", 0)));
  EXPECT_EQ(none.packets.size(), 2u);
  EXPECT_EQ(none.status.message(),
            "the block at offset 180 has a packet of interface 0 of 0");
}

TEST(PcapngReaderTest, WhatTheWriterWrites) {
  std::string octets;
  PcapngWriter file(
      [&](absl::string_view block) {
        absl::StrAppend(&octets, block);
        return absl::OkStatus();
      },
      {/*snap=*/2});
  ASSERT_TRUE(file.WritePacket(absl::Now(), "HEAD", "abcd", "why").ok());
  ASSERT_TRUE(file.WritePacket(absl::Now(), "HEAD", "").ok());
  EXPECT_THAT(ReadAll(octets).packets, ElementsAre("1 at 76 link 101 HEADab/8",
                                                   "2 at 128 link 101 HEAD/4"));
}

TEST(PcapngReaderTest, AFileThatEndsInsideABlock) {
  const Blocks make(ByteOrder::kLittle);
  const std::string file = absl::StrCat(make.Section(), make.Interface(1),
                                        make.Block(0x123, "passed over"));
  for (size_t size = 1; size < file.size(); ++size) {
    const absl::Status status = ReadAll(file.substr(0, size)).status;
    const size_t block = size < 28 ? 0 : size < 48 ? 28 : 48;
    if (size == block) {
      EXPECT_EQ(status, absl::OkStatus());
    } else {
      EXPECT_EQ(status,
                absl::DataLossError(absl::StrCat(
                    "the file ends inside the block at offset ", block)));
    }
  }
}

TEST(PcapngReaderTest, ABlockThatIsPassedOverTakesNoMemory) {
  const Blocks make(ByteOrder::kLittle);
  const std::string file = absl::StrCat(make.Section(), make.Number(0x123, 4),
                                        make.Number(0xfffffffc, 4), "abcd");
  EXPECT_EQ(ReadAll(file).status.code(), absl::StatusCode::kDataLoss);
}

TEST(PcapngReaderTest, WhatIsBrokenIsNamedWithItsOffset) {
  const Blocks make(ByteOrder::kBig);
  const std::string start = make.Section() + make.Interface(1);
  const auto error = [&](absl::string_view rest) {
    const absl::Status status = ReadAll(absl::StrCat(start, rest)).status;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StartsWith(status.message(), "the block at offset 48 "));
    return std::string(status.message().substr(23));
  };
  const auto block = [&](uint32_t type, uint32_t length) {
    return absl::StrCat(make.Number(type, 4), make.Number(length, 4), "abcd");
  };
  EXPECT_EQ(error(block(6, 28)),
            "is of length 28, not a multiple of four from 32");
  EXPECT_EQ(error(block(3, 12)),
            "is of length 12, not a multiple of four from 16");
  EXPECT_EQ(error(block(1, 16)),
            "is of length 16, not a multiple of four from 20");
  EXPECT_EQ(error(block(9, 8)),
            "is of length 8, not a multiple of four from 12");
  EXPECT_EQ(error(block(9, 14)),
            "is of length 14, not a multiple of four from 12");
  EXPECT_EQ(error(block(6, 0x1000004)),
            "is of length 16777220, beyond the limit of 16777216");
  EXPECT_EQ(error(block(kSectionHeaderBlock, 28)),
            "is a section of no known order of octets");
  std::string tail = make.Block(9, "");
  tail.back() = 8;
  EXPECT_EQ(error(tail), "is of length 12 at its beginning and 8 at its end");
  EXPECT_EQ(error(make.Enhanced(1, "", 0)), "has a packet of interface 1 of 1");
  std::string packet = make.Enhanced(0, "abcd", 4);
  packet[23] = 5;  // captured
  EXPECT_EQ(error(packet), "has 4 octets for a packet of 5");
  EXPECT_EQ(ReadAll(block(9, 12)).status.message(),
            "the block at offset 0 is no section header: this is no pcapng "
            "file");
}

TEST(PcapngReaderTest, InterfacesHaveALimit) {
  const Blocks make(ByteOrder::kLittle);
  std::string file = make.Section();
  for (int i = 0; i < 65536; ++i) file += make.Interface(1);
  EXPECT_EQ(ReadAll(file).status, absl::OkStatus());
  EXPECT_THAT(std::string(ReadAll(file + make.Interface(1)).status.message()),
              HasSubstr("is one interface more than the limit of 65536"));
}

}  // namespace
}  // namespace forkrpc::capture
