// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/pcap_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace forkrpc::capture {
namespace {

constexpr size_t kFileHeader = 24;
constexpr size_t kPacketHeader = 16;
constexpr uint32_t kMostPacket = uint32_t{16} << 20;

bool IsMagic(uint32_t number) {
  return number == 0xa1b2c3d4 || number == 0xa1b23c4d;
}

absl::Status Ends(uint64_t offset) {
  return absl::DataLossError(
      absl::StrCat("the file ends inside the packet at offset ", offset));
}

}  // namespace

absl::StatusOr<bool> PcapReader::Next(Packet* packet) {
  if (!error_.ok()) return error_;
  absl::StatusOr<bool> more = TryNext(packet);
  error_ = more.status();
  return more;
}

absl::StatusOr<bool> PcapReader::TryNext(Packet* packet) {
  if (!begun_) {
    const absl::Status status = TakeFileHeader();
    if (!status.ok()) return status;
  }
  const uint64_t offset = source_.offset();
  const absl::StatusOr<absl::string_view> peeked = source_.Peek(kPacketHeader);
  if (!peeked.ok()) return peeked.status();
  if (peeked->empty()) return false;
  if (peeked->size() < kPacketHeader) return Ends(offset);
  const uint32_t kept = Number32(peeked->substr(8), order_);
  const uint32_t length = Number32(peeked->substr(12), order_);
  if (kept > kMostPacket) {
    return absl::InvalidArgumentError(
        absl::StrCat("the packet at offset ", offset, " has ", kept,
                     " octets, beyond the limit of ", kMostPacket));
  }
  octets_.clear();
  absl::StatusOr<bool> whole = source_.Skip(kPacketHeader);
  if (whole.ok()) whole = source_.Take(kept, &octets_);
  if (!whole.ok()) return whole.status();
  if (!*whole) return Ends(offset);
  packet->number = ++packets_;
  packet->offset = offset;
  packet->link = link_;
  packet->length = length;
  packet->octets = absl::string_view(octets_).substr(0, std::min(kept, length));
  return true;
}

absl::Status PcapReader::TakeFileHeader() {
  begun_ = true;
  std::string header;
  const absl::StatusOr<bool> whole = source_.Take(kFileHeader, &header);
  if (!whole.ok()) return whole.status();
  if (!*whole) return absl::DataLossError("the file ends inside its header");
  if (IsMagic(Number32(header, ByteOrder::kBig))) {
    order_ = ByteOrder::kBig;
  } else if (!IsMagic(Number32(header, ByteOrder::kLittle))) {
    return absl::InvalidArgumentError("this is no pcap file");
  }
  // The upper bits say whether packets end with a checksum of the link's.
  link_ = Number32(absl::string_view(header).substr(20), order_) & 0xffff;
  return absl::OkStatus();
}

}  // namespace forkrpc::capture
