// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/pcapng_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/capture/capture_format.h"

namespace forkrpc::capture {
namespace {

constexpr size_t kBlockHead = 8;      // type and length
constexpr size_t kBlockTail = 4;      // the length again
constexpr size_t kSectionBody = 16;   // of a section header, without options
constexpr size_t kInterfaceBody = 8;  // the same
constexpr size_t kPacketBody = 20;    // without the packet
constexpr uint32_t kMostBlock = uint32_t{16} << 20;  // of those that are read
constexpr size_t kMostInterfaces = 65536;

bool IsRead(uint32_t type) {
  return type == kSectionHeaderBlock || type == kInterfaceBlock ||
         type == kOldPacketBlock || type == kSimplePacketBlock ||
         type == kEnhancedPacketBlock;
}

}  // namespace

absl::StatusOr<bool> PcapngReader::Next(Packet* packet) {
  if (!error_.ok()) return error_;
  absl::StatusOr<bool> more = TryNext(packet);
  error_ = more.status();
  return more;
}

absl::StatusOr<bool> PcapngReader::TryNext(Packet* packet) {
  for (;;) {
    const absl::StatusOr<bool> more = ReadBlock();
    if (!more.ok() || !*more) return more;
    switch (block_.type) {
      case kSectionHeaderBlock:
        interfaces_.clear();
        break;
      case kInterfaceBlock: {
        const absl::Status status = TakeInterface();
        if (!status.ok()) return status;
        break;
      }
      case kEnhancedPacketBlock:
      case kSimplePacketBlock:
      case kOldPacketBlock: {
        const absl::Status status = TakePacket(packet);
        if (!status.ok()) return status;
        return true;
      }
      default:
        break;
    }
  }
}

absl::StatusOr<bool> PcapngReader::ReadBlock() {
  block_.offset = source_.offset();
  const absl::StatusOr<absl::string_view> head = source_.Peek(kFormatOctets);
  if (!head.ok()) return head.status();
  if (head->empty()) return false;
  if (head->size() < kFormatOctets) return Ends();
  const absl::StatusOr<uint32_t> length = Measure(*head);
  if (!length.ok()) return length.status();
  const uint32_t body = *length - kBlockHead - kBlockTail;
  block_.body.clear();
  absl::StatusOr<bool> whole = source_.Skip(kBlockHead);
  if (whole.ok()) {
    whole = IsRead(block_.type) ? source_.Take(body, &block_.body)
                                : source_.Skip(body);
  }
  std::string tail;
  if (whole.ok() && *whole) whole = source_.Take(kBlockTail, &tail);
  if (!whole.ok()) return whole.status();
  if (!*whole) return Ends();
  if (At32(tail, 0) != *length) {
    return Broken(absl::StrCat("is of length ", *length,
                               " at its beginning and ", At32(tail, 0),
                               " at its end"));
  }
  return true;
}

absl::StatusOr<uint32_t> PcapngReader::Measure(absl::string_view head) {
  block_.type = At32(head, 0);
  if (block_.type == kSectionHeaderBlock) {
    if (Number32(head.substr(8), ByteOrder::kLittle) == kByteOrderMagic) {
      order_ = ByteOrder::kLittle;
    } else if (Number32(head.substr(8), ByteOrder::kBig) == kByteOrderMagic) {
      order_ = ByteOrder::kBig;
    } else {
      return Broken("is a section of no known order of octets");
    }
  } else if (block_.offset == 0) {
    return Broken("is no section header: this is no pcapng file");
  }
  const uint32_t length = At32(head, 4);
  const size_t least = kBlockHead + kBlockTail +
                       (block_.type == kSectionHeaderBlock  ? kSectionBody
                        : block_.type == kInterfaceBlock    ? kInterfaceBody
                        : block_.type == kSimplePacketBlock ? 4
                        : IsRead(block_.type)               ? kPacketBody
                                                            : 0);
  if (length < least || length % 4 != 0) {
    return Broken(absl::StrCat("is of length ", length,
                               ", not a multiple of four from ", least));
  }
  if (IsRead(block_.type) && length > kMostBlock) {
    return Broken(absl::StrCat("is of length ", length,
                               ", beyond the limit of ", kMostBlock));
  }
  return length;
}

absl::Status PcapngReader::TakeInterface() {
  if (interfaces_.size() == kMostInterfaces) {
    return Broken(absl::StrCat("is one interface more than the limit of ",
                               kMostInterfaces));
  }
  interfaces_.push_back({At16(block_.body, 0), At32(block_.body, 4)});
  return absl::OkStatus();
}

absl::Status PcapngReader::TakePacket(Packet* packet) {
  const absl::string_view body = block_.body;
  const bool is_simple = block_.type == kSimplePacketBlock;
  const uint32_t index = is_simple                        ? 0
                         : block_.type == kOldPacketBlock ? At16(body, 0)
                                                          : At32(body, 0);
  if (index >= interfaces_.size()) {
    return Broken(absl::StrCat("has a packet of interface ", index, " of ",
                               interfaces_.size()));
  }
  const Interface& interface = interfaces_[index];
  const uint32_t length = At32(body, is_simple ? 0 : 16);
  const absl::string_view rest = body.substr(is_simple ? 4 : kPacketBody);
  // A simple one does not say how much was kept of it.
  const uint32_t kept = !is_simple ? At32(body, 12)
                        : interface.snap == 0
                            ? length
                            : std::min(length, interface.snap);
  if (kept > rest.size()) {
    return Broken(
        absl::StrCat("has ", rest.size(), " octets for a packet of ", kept));
  }
  packet->number = ++packets_;
  packet->offset = block_.offset;
  packet->link = interface.link;
  packet->length = length;
  packet->octets = rest.substr(0, std::min(kept, length));
  return absl::OkStatus();
}

absl::Status PcapngReader::Broken(absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat("the block at offset ", block_.offset, " ", what));
}

absl::Status PcapngReader::Ends() const {
  return absl::DataLossError(
      absl::StrCat("the file ends inside the block at offset ", block_.offset));
}

}  // namespace forkrpc::capture
