// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/string_pack_reader.h"

#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/ber_length.h"

namespace forkrpc {

StringPackReader::Step StringPackReader::ReadItem(const char* next,
                                                  const char* end,
                                                  StringPackMode mode) {
  const absl::string_view octets(next, static_cast<size_t>(end - next));
  const BerLength found = ReadBerLength(octets);
  Step step;
  step.length = found.value;
  step.length_size = found.size;
  const absl::string_view behind = octets.substr(found.size);
  const bool strict = mode == StringPackMode::kStrict;
  //= spec/serialisers.md#FR-SER-003
  if (!found.terminated) {
    step.fault = Fault::kUnterminated;
  } else if (strict && found.overlong) {
    step.fault = Fault::kOverlong;
  } else if (found.too_large) {
    step.fault = Fault::kTooLarge;
  } else if (strict && found.value > behind.size()) {
    step.fault = Fault::kPastEnd;
  } else {
    // Clamps in 64 bits, before the value becomes a size_t.
    step.item = found.value < behind.size()
                    ? behind.substr(0, static_cast<size_t>(found.value))
                    : behind;
  }
  return step;
}

absl::Status StringPackReader::FaultStatus(StringPackReader at) {
  const size_t size = at.payload_.size();
  const std::string where =
      absl::StrCat(" at octet ", at.offset(), " of ", size);
  const size_t left = size - at.offset() - at.fault_length_size_;
  switch (at.fault_) {
    case Fault::kNone:
      return absl::OkStatus();
    case Fault::kTooMany:
      return absl::ResourceExhaustedError(
          absl::StrCat("string-pack: item ", at.count_ + 1, where,
                       " is beyond the limit of ", at.options_.max_items));
    case Fault::kUnterminated:
      return absl::DataLossError(absl::StrCat(
          "string-pack: the payload ends inside the length", where, ": found ",
          at.fault_length_size_, " octets, none of them the last"));
    case Fault::kOverlong:
      return absl::DataLossError(absl::StrCat(
          "string-pack: the length", where,
          " is not in its shortest form: it starts with 0x80 and has ",
          at.fault_length_size_, " octets"));
    case Fault::kPastEnd:
      return absl::DataLossError(
          absl::StrCat("string-pack: the length", where, " is ",
                       at.fault_length_, ", but ", left, " octets are left"));
    case Fault::kTooLarge:
      return absl::DataLossError(absl::StrCat("string-pack: the length", where,
                                              " is 2^63 or more, but ", left,
                                              " octets are left"));
  }
  return absl::InternalError("string-pack: unknown fault");
}

}  // namespace forkrpc
