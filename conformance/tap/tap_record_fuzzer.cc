// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any text as a record of the tap: it is judged, or one line says what is
// wrong. In smaller pieces the same octets are judged the same, and so they are
// when they are recorded again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/base/require.h"
#include "conformance/tap/tap_record.h"
#include "conformance/tap/wire_judge.h"

namespace {

using forkrpc::conformance::End;
using forkrpc::conformance::IsTapRecord;
using forkrpc::conformance::ReplayTap;
using forkrpc::conformance::Require;
using forkrpc::conformance::TapReplay;

// Longer ones take longer and show no more.
constexpr uint64_t kMostCut = 4096;

// Each line of octets as two, of which the first has one; "" if more is cut
// than is worth while.
std::string InPieces(absl::string_view text) {
  std::string pieces;
  size_t number = 0;
  uint64_t all_cut = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    uint32_t cut = 0;
    const bool behind_head = ++number > 5 && words.size() == 3;
    if (behind_head && absl::EndsWith(words[1], "cut") &&
        absl::SimpleAtoi(words[2], &cut) && cut > 1) {
      all_cut += cut;
      absl::StrAppend(&pieces, words[0], " ", words[1], " 1\n", words[0], " ",
                      words[1], " ", cut - 1, "\n");
    } else if (behind_head && (words[1] == ">" || words[1] == "<") &&
               words[2].size() > 2) {
      absl::StrAppend(&pieces, words[0], " ", words[1], " ",
                      words[2].substr(0, 2), "\n", words[0], " ", words[1], " ",
                      words[2].substr(2), "\n");
    } else {
      absl::StrAppend(&pieces, line, "\n");
    }
  }
  pieces.pop_back();
  return all_cut > kMostCut ? "" : pieces;
}

std::string Outcome(const TapReplay& replay) {
  return absl::StrCat(
      replay.judge.Text(End::kParent), "|", replay.judge.Text(End::kChild), "|",
      replay.judge.FormHint(), "|", absl::StrJoin(replay.differences, "|"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string pieces = InPieces(text);
  if (pieces.empty() && !text.empty()) return 0;
  const absl::StatusOr<TapReplay> replay = ReplayTap(text);
  if (!replay.ok()) {
    const absl::string_view error = replay.status().message();
    Require(absl::IsInvalidArgument(replay.status()) &&
                absl::StartsWith(error, "line "),
            "an error without its line");
    Require(!absl::StrContains(error, '\n'), "an error of several lines");
    return 0;
  }
  Require(IsTapRecord(text), "is judged, but not taken for a record");
  const absl::StatusOr<TapReplay> again = ReplayTap(pieces);
  Require(again.ok(), "refused in pieces");
  Require(Outcome(*replay) == Outcome(*again), "judged otherwise in pieces");
  return 0;
}
