// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/record_reader.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

class Log : public RecordListener {
 public:
  absl::Status OnForm(Form form) override {
    text_ += form == Form::kSync ? "sync" : "async";
    return absl::OkStatus();
  }
  absl::Status OnOctets(Direction direction,
                        absl::string_view octets) override {
    return Add(direction, absl::BytesToHexString(octets));
  }
  absl::Status OnHalfClose(Direction direction) override {
    return Add(direction, "end");
  }
  absl::Status OnReset(Direction direction) override {
    return Add(direction, "reset");
  }

  std::string text_;

 private:
  absl::Status Add(Direction direction, absl::string_view what) {
    absl::StrAppend(&text_, direction == Direction::kDown ? " >" : " <", what);
    return absl::OkStatus();
  }
};

constexpr char kRecord[] =
    "forkrpc-wire 1\n"
    "run child/echo:sync\n"
    "class child sync\n"
    "verdict FAIL\n"
    "oracle FR-ORD-005\n"
    "0.001234 > 00000003456869\n"
    "0.001234 > -\n"
    "0.001300 < 0000\n"
    "0.001400 >end\n"
    "0.001500 =proved\n"
    "0.001550 <end\n"
    "0.001560 >loss\n"
    "0.001600 =exit 10\n"
    "0.001700 =signal 11\n";

std::string Read(absl::string_view text, size_t piece = SIZE_MAX) {
  Log log;
  RecordReader reader(&log);
  absl::Status status;
  while (status.ok() && !text.empty()) {
    status = reader.Feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
  }
  if (status.ok()) status = reader.Finish();
  EXPECT_EQ(reader.Finish(), status) << "not final";
  return status.ok() ? log.text_ : std::string(status.message());
}

TEST(RecordReaderTest, InPiecesOfAnySize) {
  for (size_t piece = 1; piece < 40; ++piece) {
    EXPECT_EQ(Read(kRecord, piece),
              "sync >00000003456869 > <0000 >end <end >reset");
  }
}

TEST(RecordReaderTest, AParentsRecordIsTheOtherWayRound) {
  EXPECT_EQ(Read(absl::StrReplaceAll(
                kRecord, {{"class child sync", "class parent async"}})),
            "async <00000003456869 < >0000 <end >end <reset");
}

TEST(RecordReaderTest, TheTapsRecordIsOfBothEnds) {
  for (const char* contract : {"", " contract"}) {
    EXPECT_EQ(
        Read(absl::StrCat("forkrpc-wire 1\nrun tap\nclass both async", contract,
                          "\nverdict LIVE\noracle \n"
                          "0.1 > 0000000100000003\n0.1 >cut 3\n"
                          "0.2 < 00000001\n0.2 =breach child\n"
                          "0.2 =breach parent FR-SID-001 FR-SID-002\n"
                          "0.3 <loss\n")),
        "async >0000000100000003 >000000 <00000001 <reset");
  }
}

TEST(RecordReaderTest, TheLastLineNeedsNoEnd) {
  const absl::string_view record = kRecord;
  EXPECT_EQ(Read(record.substr(0, record.find(">loss") + 5)),
            "sync >00000003456869 > <0000 >end <end >reset");
}

TEST(RecordReaderTest, WhatIsWrongIsNamedWithItsLine) {
  const auto with = [](absl::string_view old, absl::string_view text) {
    return Read(absl::StrReplaceAll(kRecord, {{old, text}}));
  };
  EXPECT_EQ(with("wire 1", "wire 2"),
            "line 1: does not begin with \"forkrpc-wire 1\"");
  EXPECT_EQ(with("run ", "ran "), "line 2: does not begin with \"run \"");
  for (const char* other : {"child both", "kid sync", "child", "child sync x",
                            "both", "both sync x", "both x contract"}) {
    EXPECT_EQ(with("child sync", other),
              "line 3: names no class such as \"child sync\"");
  }
  for (const char* event :
       {"0.1 > 0", "0.1 > 0G", "0.1 > AB", "0.1 >", "0.1 > ", "0.1 ? 00",
        "0.1 <lost", "0.1 >end x", ""}) {
    EXPECT_EQ(with("0.001300 < 0000", event),
              "line 8: is no event: TIME > HEX, TIME <end, TIME =exit 0, ...");
  }
  for (const char* count : {"0", "-1", "x", "1048577", ""}) {
    EXPECT_EQ(with("0.001300 < 0000", absl::StrCat("0.1 <cut ", count)),
              "line 8: cuts no number of octets from 1 to 1048576");
  }
  EXPECT_EQ(Read("forkrpc-wire 1\nrun x\n"),
            "line 3: does not begin with \"class \"");
  EXPECT_EQ(Read(""), "line 1: does not begin with \"forkrpc-wire 1\"");
}

TEST(RecordReaderTest, ALineHasALimit) {
  EXPECT_EQ(Read(std::string(RecordReader::kMostLine + 1, 'x')),
            "line 1: is longer than 67108864 octets");
}

}  // namespace
}  // namespace forkrpc::cli
