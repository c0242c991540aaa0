// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/payload_cutter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

// What is kept, with "[N]" for what is cut; runs of cuts are joined.
std::string Shown(uint64_t snap, absl::string_view stream, size_t piece) {
  PayloadCutter cutter(Layout::kLength, snap);
  std::string text;
  uint64_t cut_so_far = 0;
  const auto say_cut = [&] {
    if (cut_so_far > 0) absl::StrAppend(&text, "[", cut_so_far, "]");
    cut_so_far = 0;
  };
  uint64_t total = 0;
  for (size_t at = 0; at < stream.size(); at += piece) {
    cutter.Cut(stream.substr(at, piece),
               [&](absl::string_view kept, uint64_t cut) {
                 total += kept.size() + cut;
                 if (!kept.empty()) say_cut();
                 for (const char c : kept) {
                   text += c < ' ' ? static_cast<char>('0' + c) : c;
                 }
                 cut_so_far += cut;
               });
  }
  say_cut();
  EXPECT_EQ(total, stream.size());
  return text;
}

TEST(PayloadCutterTest, KeepsTheSameHoweverTheStreamIsCut) {
  const std::string stream("\0\0\0\5hello\0\0\0\0\0\0\0\2hi\0\0\0\3you", 26);
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    EXPECT_EQ(Shown(2, stream, piece), "0005he[3]00000002hi0003yo[1]") << piece;
    EXPECT_EQ(Shown(0, stream, piece), "0005[5]00000002[2]0003[3]") << piece;
    EXPECT_EQ(Shown(9, stream, piece), "0005hello00000002hi0003you") << piece;
  }
}

}  // namespace
}  // namespace forkrpc::conformance
