// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Reassembler: from octets to frame headers, as the specification's machine of
// that name has it.
//
// It says when a header is complete and when a frame is, and keeps no payload:
// memory is constant whatever a length says. It cannot fail: any octets are the
// beginning of a stream. One thread.
//
//   Reassembler reassembler(machine, /*has_id=*/true);
//   reassembler.Feed(octets, [](const Reassembler::Found& found) { ... });

#ifndef CONFORMANCE_ORACLE_REASSEMBLER_H_
#define CONFORMANCE_ORACLE_REASSEMBLER_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "conformance/oracle/machine.h"

namespace forkrpc::conformance {

// Invariant: header_have_ < header_size_ unless a payload is being read.
class Reassembler {
 public:
  struct Found {
    uint64_t offset = 0;  // of the header's first octet in the stream
    uint32_t id = 0;      // 0 where the layout has none
    uint32_t length = 0;
    bool whole = false;  // the frame is complete, not only its header
    char first = 0;      // octet of the payload; meaningful if whole
  };

  // `machine` is the specification's "reassembler" and must outlive this.
  Reassembler(const Machine& machine, bool has_id)
      : machine_(machine),
        header_size_(has_id ? 8 : 4),
        state_(machine.initial()) {}

  // Takes the next octets; calls `sink` at the end of each header and again at
  // the end of each frame.
  void Feed(absl::string_view octets,
            absl::FunctionRef<void(const Found&)> sink);

  // What the end of the stream would be here: RECEIVE_END or RECEIVE_CUT.
  spec::Event End() const;

  uint64_t offset() const { return offset_; }
  // Octets of the payload at hand that are yet to come; 0 in a header.
  uint64_t payload_left() const {
    return header_have_ < header_size_ ? 0 : frame_.length - payload_have_;
  }

 private:
  // Takes one octet through the machine.
  void Step(char octet, absl::FunctionRef<void(const Found&)> sink);
  Machine::Conditions Holding(char octet) const;
  uint32_t Field(size_t at) const;

  const Machine& machine_;
  const size_t header_size_;
  int state_;
  unsigned char header_[8] = {};
  size_t header_have_ = 0;
  uint64_t payload_have_ = 0;
  uint64_t offset_ = 0;
  Found frame_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_ORACLE_REASSEMBLER_H_
