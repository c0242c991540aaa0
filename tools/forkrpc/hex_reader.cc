// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/hex_reader.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {

absl::Status HexReader::Feed(absl::string_view text) {
  for (const char c : text) {
    if (!status_.ok()) break;
    ++column_;
    status_ = OnCharacter(c);
    if (c == '\n') {
      ++line_;
      column_ = 0;
    }
  }
  // What was found before an error is handed over too, and may have one itself,
  // which is then the first.
  const absl::Status handed = HandOver();
  if (!handed.ok()) status_ = handed;
  return status_;
}

absl::Status HexReader::Finish() {
  if (status_.ok()) status_ = OnGap('\n');
  return status_;
}

absl::Status HexReader::OnCharacter(char c) {
  if (in_comment_ && c != '\n') return absl::OkStatus();
  if (absl::ascii_isspace(static_cast<unsigned char>(c)) || c == ',') {
    return OnGap(c);
  }
  if (c == '#') {
    in_comment_ = true;
    return OnGap(' ');
  }
  if (at_line_start_ && c == '>') return OnArrow(Direction::kDown);
  if (at_line_start_ && c == '<') return OnArrow(Direction::kUp);
  at_line_start_ = false;
  ++word_size_;
  if ((c == 'x' || c == 'X') && first_digit_ == '0' && word_size_ == 2) {
    first_digit_ = 0;
    after_x_ = true;
    return absl::OkStatus();
  }
  if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
    return Error(absl::StrCat("'", EscapeOctets(absl::string_view(&c, 1)),
                              "' is no hex digit"));
  }
  after_x_ = false;
  if (first_digit_ == 0) {
    first_digit_ = c;
  } else {
    const char pair[] = {first_digit_, c};
    octets_ += absl::HexStringToBytes(absl::string_view(pair, 2));
    first_digit_ = 0;
  }
  return absl::OkStatus();
}

absl::Status HexReader::OnGap(char c) {
  if (first_digit_ != 0) {
    return Error(absl::StrCat("'", absl::string_view(&first_digit_, 1),
                              "' is half an octet: digits come in pairs"));
  }
  if (after_x_) return Error("no digits behind 0x");
  word_size_ = 0;
  if (c == '\n') {
    at_line_start_ = true;
    in_comment_ = false;
  }
  return absl::OkStatus();
}

absl::Status HexReader::OnArrow(Direction direction) {
  at_line_start_ = false;
  if (direction == direction_) return absl::OkStatus();
  absl::Status handed = HandOver();
  direction_ = direction;
  return handed;
}

absl::Status HexReader::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line_, ", column ", column_, ": ", what));
}

absl::Status HexReader::HandOver() {
  if (octets_.empty()) return absl::OkStatus();
  const std::string octets = std::move(octets_);
  octets_.clear();
  return sink_(direction_, octets);
}

}  // namespace forkrpc::cli
