// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PcapReader: the packets of a file in the format pcap, which tcpdump writes.
//
// Of either order of octets, with micro- or nanoseconds. See PacketReader for
// memory and errors.
//
//   PcapReader reader(&source);
//   Packet packet;
//   absl::StatusOr<bool> more = reader.Next(&packet);

#ifndef TOOLS_CAPTURE_PCAP_READER_H_
#define TOOLS_CAPTURE_PCAP_READER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/capture/file_number.h"
#include "tools/capture/octet_source.h"
#include "tools/capture/packet_reader.h"

namespace forkrpc::capture {

class PcapReader : public PacketReader {
 public:
  // `source` must outlive this object.
  explicit PcapReader(OctetSource* source) : source_(*source) {}

  absl::StatusOr<bool> Next(Packet* packet) override;

 private:
  absl::StatusOr<bool> TryNext(Packet* packet);
  // Once: what stands before the first packet.
  absl::Status TakeFileHeader();

  OctetSource& source_;
  bool begun_ = false;
  ByteOrder order_ = ByteOrder::kLittle;
  uint32_t link_ = 0;
  std::string octets_;  // of the packet
  uint64_t packets_ = 0;
  absl::Status error_;
};

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_PCAP_READER_H_
