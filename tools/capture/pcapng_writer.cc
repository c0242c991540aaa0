// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/pcapng_writer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/capture/capture_format.h"

namespace forkrpc::capture {
namespace {

constexpr size_t kMostOctets = 65535;  // of a packet, and of an option
// StreamWriter's longest headers; an interface says how much it captures.
constexpr size_t kMostHeaders = 60;

// Codes of options.
constexpr uint16_t kComment = 1;
constexpr uint16_t kApplication = 4;
constexpr uint16_t kResolution = 9;
constexpr uint8_t kNanoseconds = 9;  // 10 to the power of -9

void Append16(uint16_t number, std::string* to) {
  to->push_back(static_cast<char>(number & 0xff));
  to->push_back(static_cast<char>(number >> 8));
}

void Append32(uint32_t number, std::string* to) {
  Append16(static_cast<uint16_t>(number & 0xffff), to);
  Append16(static_cast<uint16_t>(number >> 16), to);
}

// Each part of a block begins at a multiple of four.
void Pad(std::string* block) { block->append((4 - block->size() % 4) % 4, 0); }

void AppendOption(uint16_t code, absl::string_view value, std::string* block) {
  value = value.substr(0, kMostOctets);
  Append16(code, block);
  Append16(static_cast<uint16_t>(value.size()), block);
  absl::StrAppend(block, value);
  Pad(block);
}

void AppendEndOfOptions(std::string* block) { Append32(0, block); }

// A block without its length, which Flush() knows.
void BeginBlock(uint32_t type, std::string* block) {
  Append32(type, block);
  Append32(0, block);
}

}  // namespace

absl::Status PcapngWriter::Begin() {
  if (state_ != State::kNew) return error_;
  state_ = State::kBegun;
  BeginBlock(kSectionHeaderBlock, &block_);
  Append32(kByteOrderMagic, &block_);
  Append16(1, &block_);
  Append16(0, &block_);
  block_.append(8, '\xff');  // the section's length is not known
  AppendOption(kApplication, options_.application, &block_);
  AppendEndOfOptions(&block_);
  absl::Status status = Flush();
  if (!status.ok()) return status;
  BeginBlock(kInterfaceBlock, &block_);
  Append16(kLinkRaw, &block_);
  Append16(0, &block_);
  const size_t most = std::min(options_.snap, kMostOctets) + kMostHeaders;
  Append32(static_cast<uint32_t>(std::min(most, kMostOctets)), &block_);
  AppendOption(kResolution, {reinterpret_cast<const char*>(&kNanoseconds), 1},
               &block_);
  AppendEndOfOptions(&block_);
  return Flush();
}

absl::Status PcapngWriter::WritePacket(absl::Time when,
                                       absl::string_view headers,
                                       absl::string_view payload,
                                       absl::string_view comment) {
  const absl::Status begun = Begin();
  if (!begun.ok()) return begun;
  const size_t size = headers.size() + payload.size();
  if (size > kMostOctets) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a packet of ", size, " octets is beyond the limit of ", kMostOctets));
  }
  payload = payload.substr(0, options_.snap);
  const auto time = static_cast<uint64_t>(
      std::max<int64_t>(absl::ToUnixNanos(when), int64_t{0}));
  BeginBlock(kEnhancedPacketBlock, &block_);
  Append32(0, &block_);  // of the only interface
  Append32(static_cast<uint32_t>(time >> 32), &block_);
  Append32(static_cast<uint32_t>(time & 0xffffffff), &block_);
  Append32(static_cast<uint32_t>(headers.size() + payload.size()), &block_);
  Append32(static_cast<uint32_t>(size), &block_);
  absl::StrAppend(&block_, headers, payload);
  Pad(&block_);
  if (!comment.empty()) {
    AppendOption(kComment, comment, &block_);
    AppendEndOfOptions(&block_);
  }
  return Flush();
}

absl::Status PcapngWriter::Flush() {
  std::string length;
  Append32(static_cast<uint32_t>(block_.size() + 4), &length);
  block_.replace(4, 4, length);
  absl::StrAppend(&block_, length);
  error_ = sink_(block_);
  if (!error_.ok()) state_ = State::kFailed;
  block_.clear();
  return error_;
}

}  // namespace forkrpc::capture
