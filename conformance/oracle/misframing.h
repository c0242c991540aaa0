// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Misframing: which clause of framing is broken where no header can be.
//
// Who prints to the wire, or counts a payload wrongly, sends octets that are
// read as a header and mean nothing. That they mean nothing is no proof: it
// takes evidence of what they are, text or a header that begins some octets
// before, and without evidence nothing is said. One thread; keeps the last
// octets only.
//
//   Misframing misframing(/*header_size=*/8);
//   misframing.Append(octets);
//   misframing.Judge(offset, 0, [](uint32_t id) { return id == 0 || id == 7;
//   });

#ifndef CONFORMANCE_ORACLE_MISFRAMING_H_
#define CONFORMANCE_ORACLE_MISFRAMING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// Invariant: octets_ are those of the stream up to its present end, as many as
// Trim() and the Append() behind it leave.
class Misframing {
 public:
  struct Finding {
    std::vector<std::string> reqs;
    std::string what;  // "sends the text \"debug: 1\" where a header should be"
  };

  explicit Misframing(size_t header_size) : header_size_(header_size) {}

  void Append(absl::string_view octets) {
    octets_.append(octets.data(), octets.size());
  }
  // The next `count` octets of the stream, which no later header needs.
  void Skip(uint64_t count) {
    begin_ += octets_.size() + count;
    octets_.clear();
  }
  // Forgets what no later header can need.
  void Trim();
  // How many octets before a header are looked at, and more.
  static constexpr size_t kLookBack = 16;

  // What is wrong with the header that begins at `offset` of the stream and is
  // complete, `before` octets of payload behind the header before it.
  // `expected` says whether a frame with that id is to be expected; it is not
  // asked where headers have no id.
  std::optional<Finding> Judge(
      uint64_t offset, uint64_t before,
      absl::FunctionRef<bool(uint32_t)> expected) const;

 private:
  bool IsHeader(absl::string_view octets,
                absl::FunctionRef<bool(uint32_t)> expected) const;

  const size_t header_size_;
  std::string octets_;
  uint64_t begin_ = 0;  // of octets_ in the stream
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_ORACLE_MISFRAMING_H_
