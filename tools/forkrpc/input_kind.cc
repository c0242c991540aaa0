// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/input_kind.h"

#include "absl/strings/match.h"
#include "tools/capture/packet_reader.h"

namespace forkrpc::cli {
namespace {

constexpr absl::string_view kRecordMagic = "forkrpc-wire 1\n";
static_assert(kRecordMagic.size() == kKindOctets, "no more octets are needed");
// The first four octets of pcapng, and of pcap with either order and unit.
constexpr absl::string_view kCaptureMagics[] = {
    "\x0a\x0d\x0d\x0a", "\xa1\xb2\xc3\xd4", "\xa1\xb2\x3c\x4d",
    "\xd4\xc3\xb2\xa1", "\x4d\x3c\xb2\xa1",
};

// Whether one of the two is the beginning of the other.
bool Agree(absl::string_view a, absl::string_view b) {
  return absl::StartsWith(a, b) || absl::StartsWith(b, a);
}

}  // namespace

std::optional<InputKind> KindOf(absl::string_view beginning) {
  if (absl::StartsWith(beginning, kRecordMagic)) return InputKind::kRecord;
  if (Agree(beginning, kRecordMagic)) return std::nullopt;
  for (const absl::string_view magic : kCaptureMagics) {
    if (!Agree(beginning, magic)) continue;
    if (beginning.size() < capture::kFormatOctets) return std::nullopt;
    return capture::FormatOf(beginning) == capture::CaptureFormat::kNone
               ? InputKind::kRaw
               : InputKind::kCapture;
  }
  return InputKind::kRaw;
}

}  // namespace forkrpc::cli
