// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/record_reader.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace forkrpc::cli {
namespace {

constexpr absl::string_view kHead[] = {"forkrpc-wire 1", "run ", "class ",
                                       "verdict ", "oracle "};

bool IsHex(absl::string_view text) {
  return text.size() % 2 == 0 &&
         text.find_first_not_of("0123456789abcdef") == text.npos;
}

Direction Opposite(Direction direction) {
  return direction == Direction::kDown ? Direction::kUp : Direction::kDown;
}

}  // namespace

absl::Status RecordReader::Feed(absl::string_view text) {
  while (status_.ok() && !text.empty()) {
    const size_t size = text.find('\n');
    absl::StrAppend(&line_, text.substr(0, size));
    if (line_.size() > kMostLine) {
      ++number_;
      status_ = Wrong(absl::StrCat("is longer than ", kMostLine, " octets"));
    } else if (size == text.npos) {
      break;
    } else {
      text.remove_prefix(size + 1);
      status_ = TakeLine(line_);
      line_.clear();
    }
  }
  return status_;
}

absl::Status RecordReader::Finish() {
  if (status_.ok() && !line_.empty()) status_ = TakeLine(line_);
  line_.clear();
  if (status_.ok() && number_ < std::size(kHead)) {
    ++number_;
    status_ =
        Wrong(absl::StrCat("does not begin with \"", kHead[number_ - 1], "\""));
  }
  return status_;
}

absl::Status RecordReader::TakeLine(absl::string_view line) {
  ++number_;
  return number_ <= std::size(kHead) ? TakeHead(line) : TakeEvent(line);
}

absl::Status RecordReader::TakeHead(absl::string_view line) {
  const absl::string_view begins = kHead[number_ - 1];
  if (number_ == 1 ? line != begins : !absl::StartsWith(line, begins)) {
    return Wrong(absl::StrCat("does not begin with \"", begins, "\""));
  }
  return number_ == 3 ? TakeClass(line) : absl::OkStatus();
}

absl::Status RecordReader::TakeClass(absl::string_view line) {
  std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  const bool is_both = words.size() >= 3 && words[1] == "both";
  // Whether its functions are a testee's is not on the wire.
  if (is_both && words.size() == 4 && words[3] == "contract") words.pop_back();
  const bool is_child = is_both || (words.size() == 3 && words[1] == "child");
  const bool is_sync = words.size() == 3 && words[2] == "sync";
  if (words.size() != 3 || (!is_child && words[1] != "parent") ||
      (!is_sync && words[2] != "async")) {
    return Wrong("names no class such as \"child sync\"");
  }
  to_testee_ = is_child ? Direction::kDown : Direction::kUp;
  return listener_.OnForm(is_sync ? Form::kSync : Form::kAsync);
}

absl::Status RecordReader::TakeEvent(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  const absl::string_view what = words.size() > 1 ? words[1] : "";
  const Direction from_testee = Opposite(to_testee_);
  if (words.size() == 2) {
    if (what == ">end") return listener_.OnHalfClose(to_testee_);
    if (what == "<end") return listener_.OnHalfClose(from_testee);
    if (what == ">loss") return listener_.OnReset(to_testee_);
    if (what == "<loss") return listener_.OnReset(from_testee);
    if (what == "=proved") return absl::OkStatus();
  }
  // What was found is no octet either.
  if (words.size() >= 3 && what == "=breach") return absl::OkStatus();
  if (words.size() == 3) {
    // How the testee has ended is not on the wire.
    if (what == "=exit" || what == "=signal") return absl::OkStatus();
    if (what == ">cut") return TakeCut(to_testee_, words[2]);
    if (what == "<cut") return TakeCut(from_testee, words[2]);
    const absl::string_view hex = words[2] == "-" ? "" : words[2];
    if ((what == ">" || what == "<") && IsHex(hex) && !words[2].empty()) {
      return listener_.OnOctets(what == ">" ? to_testee_ : from_testee,
                                absl::HexStringToBytes(hex));
    }
  }
  return Wrong("is no event: TIME > HEX, TIME <end, TIME =exit 0, ...");
}

absl::Status RecordReader::TakeCut(Direction direction,
                                   absl::string_view count) {
  uint32_t octets = 0;
  if (!absl::SimpleAtoi(count, &octets) || octets == 0 || octets > kMostCut) {
    return Wrong(absl::StrCat("cuts no number of octets from 1 to ", kMostCut));
  }
  return listener_.OnOctets(direction, std::string(octets, '\0'));
}

absl::Status RecordReader::Wrong(absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat("line ", number_, ": ", what));
}

}  // namespace forkrpc::cli
