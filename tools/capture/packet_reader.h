// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PacketReader: the packets of a capture file, of whatever format.
//
// The formats are pcapng and the older pcap, of either order of octets and
// either unit of time. One thread. Memory is that of the longest packet, at
// most 16 MiB, however long the file. Any octets may be given to it. Errors say
// at which offset of the file: InvalidArgument for what is no capture or is
// broken, DataLoss for a file that ends inside a packet. The first is final.
//
//   absl::StatusOr<std::unique_ptr<PacketReader>> reader =
//       OpenCapture(&source);
//   Packet packet;
//   for (;;) {
//     absl::StatusOr<bool> more = (*reader)->Next(&packet);
//     if (!more.ok() || !*more) break;
//   }

#ifndef TOOLS_CAPTURE_PACKET_READER_H_
#define TOOLS_CAPTURE_PACKET_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/capture/octet_source.h"

namespace forkrpc::capture {

struct Packet {
  uint64_t number = 0;  // from 1, as Wireshark counts them
  uint64_t offset = 0;  // in the file, of what holds it
  uint32_t link = 0;    // the link type
  uint64_t length = 0;  // when it was sent
  // As much of it as the file has, at most `length`: good until the next call.
  absl::string_view octets;
};

class PacketReader {
 public:
  virtual ~PacketReader() = default;

  // False at the end of the file; `packet` is unchanged then.
  virtual absl::StatusOr<bool> Next(Packet* packet) = 0;
};

enum class CaptureFormat { kNone, kPcap, kPcapng };

// The octets of a file's beginning that tell its format.
constexpr size_t kFormatOctets = 12;
// kNone for too few octets. By chance, one of 2^64 files of other octets is
// taken for a capture.
CaptureFormat FormatOf(absl::string_view beginning);

// A reader for the format that the source's first octets are of. The source
// must outlive it. InvalidArgument, with what to do, for anything else.
absl::StatusOr<std::unique_ptr<PacketReader>> OpenCapture(OctetSource* source);

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_PACKET_READER_H_
