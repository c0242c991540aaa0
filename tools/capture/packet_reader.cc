// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/packet_reader.h"

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "tools/capture/pcap_reader.h"
#include "tools/capture/pcapng_reader.h"

namespace forkrpc::capture {
namespace {

constexpr absl::string_view kPcapng("\x0a\x0d\x0d\x0a", 4);
constexpr absl::string_view kPcapngBig("\x1a\x2b\x3c\x4d", 4);
constexpr absl::string_view kPcapngLittle("\x4d\x3c\x2b\x1a", 4);
// pcap's numbers, each with version 2.4 behind it.
constexpr absl::string_view kPcap[] = {
    {"\xa1\xb2\xc3\xd4\0\2\0\4", 8},
    {"\xa1\xb2\x3c\x4d\0\2\0\4", 8},
    {"\xd4\xc3\xb2\xa1\2\0\4\0", 8},
    {"\x4d\x3c\xb2\xa1\2\0\4\0", 8},
};
constexpr absl::string_view kGzip("\x1f\x8b", 2);
constexpr absl::string_view kZstd("\x28\xb5\x2f\xfd", 4);

}  // namespace

CaptureFormat FormatOf(absl::string_view beginning) {
  if (beginning.size() < kFormatOctets) return CaptureFormat::kNone;
  const absl::string_view order = beginning.substr(8, 4);
  if (absl::StartsWith(beginning, kPcapng) &&
      (order == kPcapngBig || order == kPcapngLittle)) {
    return CaptureFormat::kPcapng;
  }
  for (const absl::string_view magic : kPcap) {
    if (absl::StartsWith(beginning, magic)) return CaptureFormat::kPcap;
  }
  return CaptureFormat::kNone;
}

absl::StatusOr<std::unique_ptr<PacketReader>> OpenCapture(OctetSource* source) {
  const absl::StatusOr<absl::string_view> beginning =
      source->Peek(kFormatOctets);
  if (!beginning.ok()) return beginning.status();
  switch (FormatOf(*beginning)) {
    case CaptureFormat::kPcapng:
      return absl::make_unique<PcapngReader>(source);
    case CaptureFormat::kPcap:
      return absl::make_unique<PcapReader>(source);
    case CaptureFormat::kNone:
      break;
  }
  if (beginning->empty()) {
    return absl::InvalidArgumentError("the file is empty: no capture");
  }
  if (absl::StartsWith(*beginning, kGzip) ||
      absl::StartsWith(*beginning, kZstd)) {
    return absl::InvalidArgumentError(
        "the file is compressed: decompress it first");
  }
  return absl::InvalidArgumentError(
      "this is no capture, neither pcapng nor pcap; editcap makes one of other "
      "formats");
}

}  // namespace forkrpc::capture
