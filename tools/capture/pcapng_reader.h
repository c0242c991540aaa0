// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PcapngReader: the packets of a file in the format pcapng.
//
// Sections of either order, several in a file; any number of interfaces up to
// 65,536 in a section; enhanced, simple and obsolete packet blocks. Blocks of
// other kinds are passed over, whatever their length. See PacketReader for
// memory and errors.
//
//   PcapngReader reader(&source);
//   Packet packet;
//   absl::StatusOr<bool> more = reader.Next(&packet);

#ifndef TOOLS_CAPTURE_PCAPNG_READER_H_
#define TOOLS_CAPTURE_PCAPNG_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/capture/file_number.h"
#include "tools/capture/octet_source.h"
#include "tools/capture/packet_reader.h"

namespace forkrpc::capture {

class PcapngReader : public PacketReader {
 public:
  // `source` must outlive this object.
  explicit PcapngReader(OctetSource* source) : source_(*source) {}

  absl::StatusOr<bool> Next(Packet* packet) override;

 private:
  struct Interface {
    uint16_t link = 0;
    uint32_t snap = 0;  // 0: no limit
  };

  // A block's type and body, which is empty if the block is passed over.
  struct Block {
    uint64_t offset = 0;
    uint32_t type = 0;
    std::string body;
  };

  uint16_t At16(absl::string_view octets, size_t at) const {
    return Number16(octets.substr(at), order_);
  }
  uint32_t At32(absl::string_view octets, size_t at) const {
    return Number32(octets.substr(at), order_);
  }

  absl::StatusOr<bool> TryNext(Packet* packet);
  // Reads a block into block_; false at the end.
  absl::StatusOr<bool> ReadBlock();
  // The length of the block that `head` begins; sets the order for a section's.
  absl::StatusOr<uint32_t> Measure(absl::string_view head);
  absl::Status TakeInterface();
  absl::Status TakePacket(Packet* packet);
  absl::Status Broken(absl::string_view what) const;
  absl::Status Ends() const;

  OctetSource& source_;
  ByteOrder order_ = ByteOrder::kLittle;
  std::vector<Interface> interfaces_;  // of this section
  Block block_;
  uint64_t packets_ = 0;
  absl::Status error_;
};

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_PCAPNG_READER_H_
