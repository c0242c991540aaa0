// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// HexReader: octets from hex text, as people write and paste it.
//
// Pairs of hex digits, with white space or commas anywhere between pairs, "0x"
// in front of pairs, "#" to the end of a line as a comment. A line that starts
// with ">" holds octets that go down (parent to child), one with "<" octets
// that go up, as in the examples of spec/wire.md; other lines go on in the
// direction before. Text may be cut anywhere; memory does not grow with it. One
// thread. The first error is final.
//
//   HexReader reader(Direction::kUp, [](Direction d, absl::string_view o) {});
//   absl::Status status = reader.Feed("> 00 00 00 03  45 68 69\n");
//   if (status.ok()) status = reader.Finish();

#ifndef TOOLS_FORKRPC_HEX_READER_H_
#define TOOLS_FORKRPC_HEX_READER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/direction.h"

namespace forkrpc::cli {

// Invariant: octets_ is empty between calls.
class HexReader {
 public:
  // Called with octets as they are found, in order. A status that is not OK
  // ends the reading, and is what Feed() returns.
  using Sink = std::function<absl::Status(Direction, absl::string_view octets)>;

  HexReader(Direction first, Sink sink)
      : direction_(first), sink_(std::move(sink)) {}

  // InvalidArgument, with line and column, for text that is no hex.
  absl::Status Feed(absl::string_view text);

  // At the end of the text: InvalidArgument if it ends inside a pair.
  absl::Status Finish();

 private:
  absl::Status OnCharacter(char c);
  // White space, a comma, or the end of the text.
  absl::Status OnGap(char c);
  absl::Status OnArrow(Direction direction);
  absl::Status Error(absl::string_view what) const;
  absl::Status HandOver();

  Direction direction_;
  const Sink sink_;
  char first_digit_ = 0;       // of a pair whose second has not come
  bool after_x_ = false;       // "0x" has come, and no digit yet
  int64_t word_size_ = 0;      // characters since the last gap
  bool in_comment_ = false;    // up to the line end
  bool at_line_start_ = true;  // but for white space
  std::string octets_;         // found and not handed over
  int64_t line_ = 1;
  int64_t column_ = 0;  // of the character in hand, from 1
  absl::Status status_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_HEX_READER_H_
