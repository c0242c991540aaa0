// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/payload.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/runner/wire/frame_scanner.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

constexpr uint64_t kMaxPayload = uint64_t{64} << 20;

uint64_t PartSize(const Part& part) {
  switch (part.kind_case()) {
    case Part::kOctets:
      return part.octets().size();
    case Part::kHex:
      return OctetsFromHex(part.hex()).value_or("").size();
    case Part::kRepeat:
      return part.repeat().octets().size() * part.repeat().count();
    case Part::kPattern:
      return part.pattern().count();
    case Part::kIndex:
    case Part::kSizeNumber:
      return 4;
    case Part::kSize:
    case Part::KIND_NOT_SET:
      break;
  }
  return 0;
}

}  // namespace

absl::Status CheckParts(const Parts& parts) {
  uint64_t size = 0;
  for (const Part& part : parts) {
    if (part.kind_case() == Part::KIND_NOT_SET) {
      return absl::InvalidArgumentError("a payload part is empty");
    }
    if (part.has_hex()) {
      const absl::StatusOr<std::string> octets = OctetsFromHex(part.hex());
      if (!octets.ok()) return octets.status();
    }
    if (part.pattern().modulo() > 256) {
      return absl::InvalidArgumentError("a pattern's modulo is beyond 256");
    }
    if (part.repeat().count() > kMaxPayload) {
      return absl::InvalidArgumentError("a payload is beyond 64 MiB");
    }
    size += PartSize(part);
  }
  if (size > kMaxPayload) {
    return absl::InvalidArgumentError("a payload is beyond 64 MiB");
  }
  return absl::OkStatus();
}

uint64_t PayloadSize(const Parts& parts) {
  uint64_t size = 0;
  for (const Part& part : parts) size += PartSize(part);
  return size;
}

std::string MakePart(const Part& part, uint32_t index) {
  std::string octets;
  switch (part.kind_case()) {
    case Part::kOctets:
      return part.octets();
    case Part::kHex:
      return OctetsFromHex(part.hex()).value_or("");
    case Part::kRepeat:
      octets.reserve(PartSize(part));
      for (uint64_t i = 0; i < part.repeat().count(); ++i) {
        octets += part.repeat().octets();
      }
      break;
    case Part::kPattern: {
      const uint32_t modulo =
          part.pattern().modulo() == 0 ? 251 : part.pattern().modulo();
      octets.resize(part.pattern().count());
      for (size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<char>(i % modulo);
      }
      break;
    }
    case Part::kIndex:
      AppendU32(index, &octets);
      break;
    // A run has other parts in their place: see AtSize.
    case Part::kSize:
    case Part::kSizeNumber:
    case Part::KIND_NOT_SET:
      break;
  }
  return octets;
}

std::string MakePayload(const Parts& parts, uint32_t index) {
  std::string octets;
  for (const Part& part : parts) octets += MakePart(part, index);
  return octets;
}

std::string TagOf(const std::string& tag, uint32_t times, uint32_t index) {
  return times == 0 ? tag : absl::StrCat(tag, index);
}

}  // namespace forkrpc::conformance
