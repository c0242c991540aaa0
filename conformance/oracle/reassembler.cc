// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/oracle/reassembler.h"

#include <algorithm>

namespace forkrpc::conformance {

uint32_t Reassembler::Field(size_t at) const {
  return uint32_t{header_[at]} << 24 | uint32_t{header_[at + 1]} << 16 |
         uint32_t{header_[at + 2]} << 8 | uint32_t{header_[at + 3]};
}

Machine::Conditions Reassembler::Holding(char octet) const {
  if (header_have_ == header_size_) {
    return payload_have_ + 1 == frame_.length
               ? Machine::Bit(spec::LAST_OF_PAYLOAD)
               : 0;
  }
  if (header_have_ + 1 < header_size_) return 0;
  const bool zero = Field(header_size_ - 4) >> 8 == 0 && octet == '\0';
  return Machine::Bit(spec::LAST_OF_HEADER) |
         (zero ? Machine::Bit(spec::LENGTH_ZERO) : 0);
}

void Reassembler::Step(char octet, absl::FunctionRef<void(const Found&)> sink) {
  // An octet that is yet to come counts as 0 in Field().
  if (header_have_ < header_size_) {
    std::fill(header_ + header_have_, header_ + header_size_, 0);
  }
  const Machine::Transition* const taken =
      machine_.Find(state_, spec::OCTET, Holding(octet));
  ++offset_;
  state_ = taken->to;
  for (const spec::Action action : taken->actions) {
    if (action == spec::KEEP_HEADER_OCTET) {
      if (header_have_ == 0) frame_.offset = offset_ - 1;
      header_[header_have_++] = static_cast<unsigned char>(octet);
      if (header_have_ == header_size_) {
        frame_.id = header_size_ == 8 ? Field(0) : 0;
        frame_.length = Field(header_size_ - 4);
        frame_.whole = false;
        sink(frame_);
      }
    } else if (action == spec::KEEP_PAYLOAD_OCTET) {
      if (payload_have_++ == 0) frame_.first = octet;
    } else if (action == spec::DELIVER_FRAME) {
      frame_.whole = true;
      sink(frame_);
      header_have_ = 0;
      payload_have_ = 0;
      frame_.first = '\0';
    }
  }
}

void Reassembler::Feed(absl::string_view octets,
                       absl::FunctionRef<void(const Found&)> sink) {
  while (!octets.empty()) {
    // Octets inside a header and inside a payload leave the machine where it
    // is: all but the first and the last are taken at once.
    if (header_have_ > 0 && header_have_ + 1 < header_size_) {
      const size_t inner =
          std::min(octets.size(), header_size_ - header_have_ - 1);
      std::copy_n(octets.data(), inner, header_ + header_have_);
      header_have_ += inner;
      offset_ += inner;
      octets.remove_prefix(inner);
      if (octets.empty()) return;
    }
    if (payload_have_ > 0) {
      const uint64_t inner =
          std::min<uint64_t>(octets.size(), frame_.length - payload_have_ - 1);
      payload_have_ += inner;
      offset_ += inner;
      octets.remove_prefix(inner);
      if (octets.empty()) return;
    }
    Step(octets[0], sink);
    octets.remove_prefix(1);
  }
}

spec::Event Reassembler::End() const {
  return header_have_ == 0 ? spec::RECEIVE_END : spec::RECEIVE_CUT;
}

}  // namespace forkrpc::conformance
