// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReadPackets: the packets of a reader as text, for tests of readers.
//
//   EXPECT_THAT(ReadPackets(&reader).packets,
//               ElementsAre("1 at 24 link 101 abc/5"));

#ifndef TOOLS_CAPTURE_TEST_PACKETS_H_
#define TOOLS_CAPTURE_TEST_PACKETS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tools/capture/packet_reader.h"

namespace forkrpc::capture {

struct PacketsRead {
  // Each as "number at offset link type octets/length".
  std::vector<std::string> packets;
  absl::Status status;
};

// All of them, up to the end or an error, which must be final.
inline PacketsRead ReadPackets(PacketReader* reader) {
  Packet packet;
  PacketsRead read;
  for (;;) {
    const absl::StatusOr<bool> more = reader->Next(&packet);
    read.status = more.status();
    if (!more.ok() || !*more) break;
    read.packets.push_back(absl::StrCat(packet.number, " at ", packet.offset,
                                        " link ", packet.link, " ",
                                        packet.octets, "/", packet.length));
  }
  EXPECT_EQ(reader->Next(&packet).status(), read.status) << "not final";
  return read;
}

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_TEST_PACKETS_H_
